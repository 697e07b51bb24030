// What a gateway's VM needs for IKEv2.

/** Installs it on Debian: one line for a shell, in parts for narrow windows. */
export const installStrongswan = [
  'apt-get install openssl charon-systemd strongswan-swanctl',
  'libstrongswan-standard-plugins',
  'libcharon-extra-plugins libcharon-extauth-plugins',
] as const;

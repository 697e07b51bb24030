// What a gateway's VM needs for IKEv2.

const packages = [
  'openssl charon-systemd strongswan-swanctl libcharon-extra-plugins',
  'libstrongswan-standard-plugins libstrongswan-extra-plugins',
];

/** The line that installs it on Debian. */
export const installStrongswan = `apt-get install ${packages.join(' ')}`;

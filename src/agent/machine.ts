// The VM as the agent works on it: the host, and the names of what is ours on it.

import type { Files } from './files.ts';
import type { Host } from './host.ts';
import type { WireguardKeys } from './identity.ts';

export interface Machine {
  host: Host;
  files: Files;
  interfaceName: string;
  keys: WireguardKeys;
  /** Where strongSwan's swanctl keeps its files. */
  swanctlDirectory: string;
  /** Where settings of charon are, among others' files. */
  strongswanDirectory: string;
  /** Charon's control socket. */
  viciSocket: string;
  /** What starts charon anew: it is given `restart strongswan`, or `kill …` before. */
  systemctl: string;
}

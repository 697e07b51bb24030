// The kernel settings without which a gateway forwards nothing.

import { parseInterfaceAddress } from '../../model/cidr.ts';
import type { WireguardSection } from '../../model/desired-state.ts';

const forwarding = { 4: 'net.ipv4.ip_forward', 6: 'net.ipv6.conf.all.forwarding' } as const;

/** Every setting that a gateway may need, for reading. */
export const gatewaySysctls: readonly string[] = Object.values(forwarding);

/** The settings that must be 1: forwarding of the families that the tunnel has addresses of. */
export function neededSysctls(wireguard: WireguardSection): string[] {
  const families = wireguard.addresses.map((text) => parseInterfaceAddress(text)?.address.family);
  return ([4, 6] as const).flatMap((family) =>
    families.includes(family) ? [forwarding[family]] : [],
  );
}

/** The file for `sysctl -p`. */
export function renderSysctl(wireguard: WireguardSection): string {
  return neededSysctls(wireguard)
    .map((key) => `${key} = 1\n`)
    .join('');
}

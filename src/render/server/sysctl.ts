// The kernel settings without which a gateway forwards nothing.

import { parseInterfaceAddress } from '../../model/cidr.ts';
import type { WireguardSection } from '../../model/desired-state.ts';
import type { Ikev2Section } from '../../model/ikev2.ts';

const forwarding = { 4: 'net.ipv4.ip_forward', 6: 'net.ipv6.conf.all.forwarding' } as const;

/** Every setting that a gateway may need, for reading. */
export const gatewaySysctls: readonly string[] = Object.values(forwarding);

/** The settings that must be 1: forwarding of the families that the tunnels have addresses of. */
export function neededSysctls(
  wireguard: Pick<WireguardSection, 'addresses'>,
  ikev2?: Pick<Ikev2Section, 'pools'>,
): string[] {
  const prefixes = [...wireguard.addresses, ...Object.values(ikev2?.pools ?? {})];
  const families = prefixes.map((text) => parseInterfaceAddress(text)?.address.family);
  return ([4, 6] as const).flatMap((family) =>
    families.includes(family) ? [forwarding[family]] : [],
  );
}

/** The file for `sysctl -p`. */
export function renderSysctl(needed: readonly string[]): string {
  return needed.map((key) => `${key} = 1\n`).join('');
}

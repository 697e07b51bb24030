// The gateway's packet filter: one table of our own, replaced as a whole in one transaction.

import {
  contains,
  formatPrefix,
  networkOf,
  type Prefix,
  parseInterfaceAddress,
  parsePrefix,
} from '../../model/cidr.ts';
import type { FirewallSection, WireguardSection } from '../../model/desired-state.ts';
import { clampTo, innerOf } from './clamp.ts';

export const firewallTable = 'sallyport';

/** Over IPv6. */
const wireguardOverhead = 80;

export interface Firewall {
  interfaceName: string;
  wireguard: WireguardSection;
  firewall: FirewallSection;
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (typeof prefix === 'string') throw new Error(`"${text}" is no network prefix: ${prefix}`);
  return prefix;
}

function poolOf(text: string): Prefix {
  const parsed = parseInterfaceAddress(text);
  if (!parsed) throw new Error(`"${text}" is no address with a prefix length`);
  return networkOf(parsed.address, parsed.length);
}

// nft refuses or merges overlapping elements depending on its version, so they are left out here.
function withoutOverlaps(prefixes: readonly Prefix[]): Prefix[] {
  const kept: Prefix[] = [];
  for (const prefix of [...prefixes].sort((a, b) => a.length - b.length)) {
    if (!kept.some((wider) => contains(wider, prefix.address))) kept.push(prefix);
  }
  return kept;
}

/** One rule per family that has prefixes; `ip` is the family, `any` the set of them. */
function ofAny(
  prefixes: readonly Prefix[],
  rule: (ip: 'ip' | 'ip6', any: string) => string,
): string[] {
  return ([4, 6] as const).flatMap((family) => {
    const own = withoutOverlaps(prefixes.filter(({ address }) => address.family === family));
    if (own.length === 0) return [];
    const elements = own.map(formatPrefix).sort().join(', ');
    return [rule(family === 4 ? 'ip' : 'ip6', `{ ${elements} }`)];
  });
}

export function chain(name: string, hook: string, rules: readonly string[]): string[] {
  const lines = [`type ${hook}; policy accept;`, ...rules].map((line) => `\t\t${line}`);
  return [`\tchain ${name} {`, ...lines, '\t}'];
}

function forwardRules({ interfaceName, wireguard, firewall }: Firewall): string[] {
  const inside = `iifname "${interfaceName}"`;
  const isolation = `${inside} oifname "${interfaceName}" drop`;
  return [
    ...(firewall.isolateClients ? [isolation] : []),
    // RFC 3927 §2.7: link-local is never forwarded. Behind it clouds keep the VM's credentials.
    `${inside} ip daddr 169.254.0.0/16 drop`,
    // Tunnel addresses are trusted as identities, so nobody outside the tunnel may use them. Not in
    // the input hook: a pool that overlaps the VM's own network must not lock its owner out.
    ...ofAny(
      wireguard.addresses.map(poolOf),
      (ip, any) => `iifname != "${interfaceName}" ${ip} saddr ${any} drop`,
    ),
  ];
}

function clampRules({ interfaceName, wireguard: { mtu } }: Firewall): string[] {
  const inner = innerOf(mtu, mtu, wireguardOverhead);
  const clamps =
    inner === mtu
      ? ['tcp flags syn / syn,rst tcp option maxseg size set rt mtu']
      : [`meta nfproto ipv4 ${clampTo(inner, 4)}`, `meta nfproto ipv6 ${clampTo(inner, 6)}`];
  return clamps.flatMap((clamp) => [
    `iifname "${interfaceName}" ${clamp}`,
    `oifname "${interfaceName}" ${clamp}`,
  ]);
}

// Takes what was there, whether or not anything was, as part of the same transaction.
const clear = `table inet ${firewallTable}\ndelete table inet ${firewallTable}\n`;

/** The file for `nft -f` that puts our table in place of whatever it was before. */
export function renderFirewall(input: Firewall): string {
  const { interfaceName, firewall } = input;
  const lines = [
    `table inet ${firewallTable} {`,
    ...chain('forward', 'filter hook forward priority filter', forwardRules(input)),
    ...chain('clamp', 'filter hook forward priority mangle', clampRules(input)),
    ...chain(
      'outgoing',
      'nat hook postrouting priority srcnat',
      ofAny(
        firewall.masquerade.map(prefixOf),
        // Devices know each other by their addresses, also when another kind of tunnel leads there.
        (ip, any) =>
          `${ip} saddr ${any} ${ip} daddr != ${any} oifname != "${interfaceName}" masquerade`,
      ),
    ),
    '}',
  ];
  return `${clear}${lines.join('\n')}\n`;
}

/** The file for `nft -f` after which nothing of ours is left. */
export function renderNoFirewall(): string {
  return clear;
}

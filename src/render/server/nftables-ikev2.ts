// The packet filter of IKEv2: nothing of the pools passes but what devices send through their own
// tunnels. Who is let in changes by the minute, so it stands in sets.

import {
  type Address,
  formatPrefix,
  networkOf,
  type Prefix,
  parseAddress,
  parseInterfaceAddress,
  parsePrefix,
} from '../../model/cidr.ts';
import type { FirewallSection, WireguardSection } from '../../model/desired-state.ts';
import type { Ikev2Section } from '../../model/ikev2.ts';
import { clampTo, innerOf } from './clamp.ts';
import { chain } from './nftables.ts';

export const ikev2Table = 'sallyport_ikev2';

/** Where ESP is done: by the kernel, or by charon itself, whose packets come from an interface. */
export type Esp = 'kernel' | 'charon';
const charonInterface = 'ipsec0';

export interface Ikev2Firewall {
  /** WireGuard's. */
  interfaceName: string;
  wireguard: WireguardSection;
  firewall: FirewallSection;
  ikev2: Ikev2Section;
  esp: Esp;
}

/** One family's side of the rules. */
interface Side {
  ip: 'ip' | 'ip6';
  pool: string;
  /** WireGuard's networks of the family. */
  neighbours: string[];
  set: string;
  /** Never forwarded (RFC 3927 §2.7); behind it clouds keep the VM's credentials. */
  linkLocal: string | undefined;
  /** What keeps TCP's segments small enough. */
  clamp: string;
}

const elementsPerStatement = 2048;
/** ESP in UDP over IPv6 with AES-GCM, or over IPv4 with AES-CBC. */
const espOverhead = 82;
/** ESP in UDP over IPv6 with AES-CBC takes so much more off a packet than WireGuard does. */
const espMore = 18;
const innerMost = 1400;

function setOf(family: Address['family']): string {
  return `admitted${family}`;
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (typeof prefix === 'string') throw new Error(`"${text}" is no network prefix: ${prefix}`);
  return prefix;
}

function networksOf({ addresses }: WireguardSection, family: Address['family']): string[] {
  return addresses.flatMap((text) => {
    const parsed = parseInterfaceAddress(text);
    if (parsed?.address.family !== family) return [];
    return [formatPrefix(networkOf(parsed.address, parsed.length))];
  });
}

function sidesOf({ ikev2, wireguard }: Ikev2Firewall): Side[] {
  const wide = Math.min(innerMost, wireguard.mtu - espMore);
  const inner = innerOf(wireguard.mtu, wide, espOverhead);
  return [ikev2.pools.v4, ikev2.pools.v6].map((text) => {
    const pool = prefixOf(text);
    const { family } = pool.address;
    return {
      ip: family === 4 ? 'ip' : 'ip6',
      pool: formatPrefix(pool),
      neighbours: networksOf(wireguard, family),
      set: setOf(family),
      linkLocal: family === 4 ? '169.254.0.0/16' : undefined,
      clamp: clampTo(inner, family),
    };
  });
}

function guardRules({ ip, pool, set, linkLocal }: Side, esp: Esp): string[] {
  const [notFrom, notInto] =
    esp === 'kernel'
      ? ['meta ipsec missing', 'rt ipsec missing']
      : [`iifname != "${charonInterface}"`, `oifname != "${charonInterface}"`];
  return [
    // Addresses are trusted as identities, so nobody outside the tunnels may use them; and what is
    // for a device whose tunnel has just ended must not leave in clear.
    `${ip} saddr ${pool} ${notFrom} drop`,
    `${ip} daddr ${pool} ${notInto} drop`,
    `${ip} saddr ${pool} ${ip} saddr != @${set} drop`,
    `${ip} daddr ${pool} ${ip} daddr != @${set} drop`,
    ...(linkLocal === undefined ? [] : [`${ip} saddr ${pool} ${ip} daddr ${linkLocal} drop`]),
  ];
}

function isolationRules({ ip, pool, neighbours }: Side): string[] {
  return [
    `${ip} saddr ${pool} ${ip} daddr ${pool} drop`,
    ...neighbours.flatMap((network) => [
      `${ip} saddr ${pool} ${ip} daddr ${network} drop`,
      `${ip} saddr ${network} ${ip} daddr ${pool} drop`,
    ]),
  ];
}

function clampRules({ ip, pool, clamp }: Side): string[] {
  return [`${ip} saddr ${pool} ${clamp}`, `${ip} daddr ${pool} ${clamp}`];
}

function inputRule({ ip, pool, set }: Side, esp: Esp): string {
  const from = esp === 'kernel' ? 'meta ipsec exists' : `iifname "${charonInterface}"`;
  return `${from} ${ip} saddr ${pool} ${ip} saddr != @${set} drop`;
}

/** Statements of nft that add addresses to the sets, or take them out; none for no addresses. */
export function renderAdmitted(verb: 'add' | 'delete', addresses: readonly string[]): string {
  let text = '';
  for (const family of [4, 6] as const) {
    const own = addresses.filter((address) => parseAddress(address)?.family === family);
    for (let i = 0; i < own.length; i += elementsPerStatement) {
      const some = own.slice(i, i + elementsPerStatement).join(', ');
      text += `${verb} element inet ${ikev2Table} ${setOf(family)} { ${some} }\n`;
    }
  }
  return text;
}

/** Statements after which these addresses are in the sets and no others. */
export function renderAllAdmitted(addresses: readonly string[]): string {
  const flush = ([4, 6] as const).map(
    (family) => `flush set inet ${ikev2Table} ${setOf(family)}\n`,
  );
  return flush.join('') + renderAdmitted('add', addresses);
}

// Takes what was there, whether or not anything was, as part of the same transaction.
const clear = `table inet ${ikev2Table}\ndelete table inet ${ikev2Table}\n`;

/** The file for `nft -f` that puts our table, with empty sets, in place of what was there. */
export function renderIkev2Firewall(input: Ikev2Firewall): string {
  const { interfaceName, firewall, esp } = input;
  const sides = sidesOf(input);
  const leaves = esp === 'kernel' ? 'rt ipsec exists' : `oifname "${charonInterface}"`;
  const lines = [
    `table inet ${ikev2Table} {`,
    ...([4, 6] as const).flatMap((family) => [
      `\tset ${setOf(family)} {`,
      `\t\ttype ipv${family}_addr`,
      '\t}',
    ]),
    ...chain('forward', 'filter hook forward priority filter', [
      ...sides.flatMap((side) => guardRules(side, esp)),
      ...(firewall.isolateClients ? sides.flatMap(isolationRules) : []),
    ]),
    ...chain(
      'input',
      'filter hook input priority filter',
      sides.map((side) => inputRule(side, esp)),
    ),
    ...chain('clamp', 'filter hook forward priority mangle', sides.flatMap(clampRules)),
    ...chain('outgoing', 'nat hook postrouting priority srcnat', [
      `${leaves} accept`,
      ...sides.map(
        ({ ip, pool }) => `${ip} saddr ${pool} oifname != "${interfaceName}" masquerade`,
      ),
    ]),
    '}',
  ];
  return `${clear}${lines.join('\n')}\n`;
}

/** The file for `nft -f` after which nothing of ours is left. */
export function renderNoIkev2Firewall(): string {
  return clear;
}

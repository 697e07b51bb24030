// Which host number of a gateway's pools a new device gets. One number serves both families.

import { addressAt, formatAddress, hostBits, type Prefix, parsePrefix } from './cidr.ts';

export interface Pools {
  v4: string;
  v6: string;
}

/** Host 0 names the network, host 1 is the gateway itself. */
export const gatewayHost = 1;
const firstDeviceHost = 2;
const mostHostBits = 24;

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (typeof prefix === 'string') throw new Error(`stored pool "${text}" is broken: ${prefix}`);
  return prefix;
}

/** The last host number that both pools can give: IPv4's broadcast address is never given. */
export function lastHost(pools: Pools): number {
  const bits = Math.min(hostBits(prefixOf(pools.v4)), hostBits(prefixOf(pools.v6)), mostHostBits);
  return 2 ** bits - 2;
}

/** The tunnel addresses of a host number, without prefix length: IPv4, then IPv6. */
export function addressesOf(pools: Pools, host: number): [string, string] {
  return [
    formatAddress(addressAt(prefixOf(pools.v4), host)),
    formatAddress(addressAt(prefixOf(pools.v6), host)),
  ];
}

/** The gateway's own addresses in its pools, with the pools' lengths. */
export function gatewayAddresses(pools: Pools): [string, string] {
  const [v4, v6] = addressesOf(pools, gatewayHost);
  return [`${v4}/${prefixOf(pools.v4).length}`, `${v6}/${prefixOf(pools.v6).length}`];
}

export interface HostSupply {
  /** Highest host number ever given; 0 if none was. */
  highest: number;
  /** The host number freed longest ago, if any is free. */
  freed: number | undefined;
}

/**
 * The next host number, or undefined when the pools are exhausted. Fresh numbers go first and freed
 * ones last, so that a cut device's address rests as long as possible before somebody else has it.
 */
export function nextHost(pools: Pools, supply: HostSupply): number | undefined {
  const fresh = Math.max(supply.highest + 1, firstDeviceHost);
  return fresh <= lastHost(pools) ? fresh : supply.freed;
}

const defaultPool4: Prefix = prefixOf('10.64.0.0/10');
const defaultLength4 = 18;
const defaultLength6 = 64;

/**
 * The pools of a tenant's n-th address slot (0 to 255): a /18 of 10.64.0.0/10 and a /64 of its
 * ULA /48.
 */
export function defaultPools(ula: string, slot: number): Pools {
  const v4 = addressAt(defaultPool4, slot << (32 - defaultLength4));
  const net = prefixOf(ula);
  const bytes = [...net.address.bytes];
  bytes[6] = slot >> 8;
  bytes[7] = slot & 255;
  return {
    v4: `${formatAddress(v4)}/${defaultLength4}`,
    v6: `${formatAddress({ family: 6, bytes })}/${defaultLength6}`,
  };
}

/** A tenant's own unique local prefix (RFC 4193 §3.2) from 5 random bytes. */
export function ulaPrefix(random: Uint8Array): string {
  const bytes = [0xfd, ...random.subarray(0, 5), ...new Array<number>(10).fill(0)];
  return `${formatAddress({ family: 6, bytes })}/48`;
}

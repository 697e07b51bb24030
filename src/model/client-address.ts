// Which address a request came from, and which addresses count as one client.

import {
  type Address,
  contains,
  formatAddress,
  formatPrefix,
  networkOf,
  type Prefix,
  parseAddress,
} from './cidr.ts';
import { limits } from './limits.ts';

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
// With brackets and a port, as some proxies write it.
const withPort = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/;

/** An address in its canonical text; IPv4 written as IPv6 becomes IPv4. */
export function canonicalAddress(text: string): string | undefined {
  const v4 = mapped.exec(text)?.[1];
  // A link-local address names its interface behind a "%".
  const address = parseAddress(v4 ?? text.replace(/%.*$/, ''));
  return address && unmapped(address);
}

const mappedPrefix = [...new Array<number>(10).fill(0), 255, 255];

function unmapped({ family, bytes }: Address): string {
  const isMapped = family === 6 && mappedPrefix.every((byte, index) => bytes[index] === byte);
  return formatAddress(isMapped ? { family: 4, bytes: bytes.slice(12) } : { family, bytes });
}

function isIn(text: string, prefixes: readonly Prefix[]): boolean {
  const address = parseAddress(text);
  return address !== undefined && prefixes.some((prefix) => contains(prefix, address));
}

function hopAddress(text: string): string | undefined {
  const hop = text.trim();
  const match = withPort.exec(hop);
  return canonicalAddress(match?.[1] ?? match?.[2] ?? hop);
}

/**
 * The client behind proxies. Each proxy adds whom it heard to the end of `X-Forwarded-For`, so the
 * list is believed from the right, as long as who speaks is trusted; everything left of that may be
 * the client's own invention.
 * @param peer whom the connection is with, in canonical text
 * @param forwardedFor the header, its lines joined by commas
 */
export function addressBehind(
  peer: string,
  forwardedFor: string,
  trusted: readonly Prefix[],
): string {
  let speaker = peer;
  const hops = forwardedFor.split(',').slice(-limits.forwardedHops).reverse();
  for (const hop of hops) {
    if (!isIn(speaker, trusted)) return speaker;
    const heard = hopAddress(hop);
    if (heard === undefined) return speaker;
    speaker = heard;
  }
  return speaker;
}

/** The bits of an IPv6 address that one household or machine is usually given. */
const clientBits = 64;

/** Addresses that count together: an IPv4 address, or a /64 of IPv6. Unknown ones count as one. */
export function clientOf(address: string | null): string {
  if (address === null) return 'unknown';
  if (!address.includes(':')) return address;
  const parsed = parseAddress(address);
  return parsed ? formatPrefix(networkOf(parsed, clientBits)) : address;
}

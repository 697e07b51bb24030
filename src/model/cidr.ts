// IP addresses and prefixes, IPv4 and IPv6, as bytes: no BigInt, because the native agent's engine
// must not use it.

import { z } from 'zod';

export type Family = 4 | 6;
export interface Address {
  family: Family;
  bytes: readonly number[];
}
/** A network prefix: `address` has no host bits set. */
export interface Prefix {
  address: Address;
  length: number;
}

const widths = { 4: 32, 6: 128 } as const;

function parseV4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

/** Only the last 32 bits of an address may be written as IPv4 (RFC 4291 §2.2). */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && isLast && index === parts.length - 1) {
      const v4 = parseV4(part);
      if (!v4) return undefined;
      bytes.push(...v4);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const group = Number.parseInt(part, 16);
      bytes.push(group >> 8, group & 255);
    } else return undefined;
  }
  return bytes;
}

function parseV6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (!head || !tail) return undefined;
  const missing = 16 - head.length - tail.length;
  // RFC 4291 §2.2: "::" stands for at least one group.
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** Parses an IPv4 or IPv6 address; undefined if it is neither. */
export function parseAddress(text: string): Address | undefined {
  const v4 = parseV4(text);
  if (v4) return { family: 4, bytes: v4 };
  const v6 = text.includes(':') ? parseV6(text) : undefined;
  return v6 && { family: 6, bytes: v6 };
}

/** The canonical text of an address (RFC 5952 for IPv6). */
export function formatAddress({ family, bytes }: Address): string {
  if (family === 4) return bytes.join('.');
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(':');
  const head = hex.slice(0, best.start).join(':');
  return `${head}::${hex.slice(best.start + best.length).join(':')}`;
}

function masked(bytes: readonly number[], length: number): number[] {
  return bytes.map((byte, i) => {
    const kept = Math.min(8, Math.max(0, length - i * 8));
    return byte & (0xff00 >> kept) & 0xff;
  });
}

function sameBytes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Parses `address/length`, whatever the host bits. */
export function parseInterfaceAddress(
  text: string,
): { address: Address; length: number } | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = match?.[1] ? parseAddress(match[1]) : undefined;
  const length = Number(match?.[2]);
  return address && length <= widths[address.family] ? { address, length } : undefined;
}

export type PrefixFault = 'not_a_prefix' | 'host_bits';

/** Parses a network prefix and refuses host bits, because they hide typing errors. */
export function parsePrefix(text: string): Prefix | PrefixFault {
  const parsed = parseInterfaceAddress(text);
  if (!parsed) return 'not_a_prefix';
  const network = masked(parsed.address.bytes, parsed.length);
  return sameBytes(network, parsed.address.bytes) ? parsed : 'host_bits';
}

/** The prefix that an address with a length lies in. */
export function networkOf(address: Address, length: number): Prefix {
  return { address: { family: address.family, bytes: masked(address.bytes, length) }, length };
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.address)}/${prefix.length}`;
}

/** Whether the prefix holds the address. */
export function contains(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family !== address.family) return false;
  return sameBytes(masked(address.bytes, prefix.length), prefix.address.bytes);
}

/** Whether two prefixes share an address. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.length <= b.length ? contains(a, b.address) : contains(b, a.address);
}

/** Host bits of a prefix: 32 minus length, or 128 minus length. */
export function hostBits(prefix: Prefix): number {
  return widths[prefix.address.family] - prefix.length;
}

/**
 * The address at `index` of a prefix, counted from its first.
 * @param index below 2^31 and within the prefix; anything else throws RangeError.
 */
export function addressAt(prefix: Prefix, index: number): Address {
  const bits = hostBits(prefix);
  if (!Number.isInteger(index) || index < 0 || index > 0x7fffffff || index >= 2 ** bits)
    throw new RangeError(`index ${index} is outside ${formatPrefix(prefix)}`);
  const bytes = [...prefix.address.bytes];
  let rest = index;
  for (let i = bytes.length - 1; rest > 0; i--) {
    const sum = (bytes[i] ?? 0) + (rest & 255);
    bytes[i] = sum & 255;
    rest = (rest >>> 8) + (sum >> 8);
  }
  return { family: prefix.address.family, bytes };
}

/** An IPv4 or IPv6 address by itself. */
export const ipAddressSchema = z
  .string()
  .max(64)
  .refine((text) => parseAddress(text) !== undefined, 'must be an IP address')
  .meta({ examples: ['9.9.9.9', '2620:fe::fe'] });

function prefixSchema(
  accept: (prefix: Prefix) => boolean,
  expected: string,
  examples: readonly string[],
) {
  return z
    .string()
    .max(64)
    .transform((text, context) => {
      const prefix = parsePrefix(text);
      if (prefix === 'host_bits') {
        const parsed = parseInterfaceAddress(text);
        const meant = parsed ? formatPrefix(networkOf(parsed.address, parsed.length)) : '';
        context.addIssue(`has host bits set; did you mean ${meant}?`);
        return z.NEVER;
      }
      if (prefix === 'not_a_prefix' || !accept(prefix)) {
        context.addIssue(`must be ${expected}`);
        return z.NEVER;
      }
      return formatPrefix(prefix);
    })
    .meta({ examples: [...examples] });
}

/** Any network prefix, made canonical. */
export const anyPrefixSchema = prefixSchema(
  () => true,
  'a network prefix such as 10.0.0.0/8 or fd00::/8',
  ['10.0.0.0/8', 'fd00::/8'],
);
/** An IPv4 pool: /8 to /30. */
export const pool4Schema = prefixSchema(
  ({ address, length }) => address.family === 4 && length >= 8 && length <= 30,
  'an IPv4 prefix between /8 and /30, such as 10.64.0.0/18',
  ['10.64.0.0/18'],
);
/** An IPv6 pool: /32 to /120. */
export const pool6Schema = prefixSchema(
  ({ address, length }) => address.family === 6 && length >= 32 && length <= 120,
  'an IPv6 prefix between /32 and /120, such as fd5a:1b2c:3d4e::/64',
  ['fd5a:1b2c:3d4e::/64'],
);

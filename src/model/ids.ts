// Identifiers: a prefix that names the kind, then 80 random bits in Crockford's base32.

import { z } from 'zod';

const prefixes = {
  tenant: 't',
  user: 'u',
  apiKey: 'k',
  gateway: 'gw',
  device: 'd',
  credential: 'c',
  link: 'l',
  job: 'j',
  request: 'r',
  account: 'a',
  session: 's',
  passkey: 'p',
  challenge: 'ch',
  invitation: 'i',
  group: 'g',
  webhook: 'wh',
  mail: 'm',
  authority: 'ca',
} as const;

export type IdKind = keyof typeof prefixes;

/** Source of randomness, injected so that the model stays pure. Returns `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const idBytes = 10;

/** Encodes bytes in Crockford's base32, lower case, without padding. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}

/** Makes a fresh id such as `gw_4k2m9q0c7x1v5t8b`. */
export function newId(kind: IdKind, random: RandomBytes): string {
  return `${prefixes[kind]}_${base32(random(idBytes))}`;
}

/** Schema of an id of one kind. */
export function idSchema(kind: IdKind) {
  const pattern = new RegExp(`^${prefixes[kind]}_[0-9a-hjkmnp-tv-z]{16}$`);
  return z.string().regex(pattern, `must be a ${kind} id: "${prefixes[kind]}_" and 16 characters`);
}

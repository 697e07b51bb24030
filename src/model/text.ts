// Schemas of text that people choose. Whatever passes here is still quoted by every renderer.

import { z } from 'zod';
import { toUtf8 } from './encoding.ts';
import { limits } from './limits.ts';

// C0, DEL, C1, line and paragraph separators, and bidirectional overrides, which make one name look
// like another.
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** One line of text: trimmed, NFC, no control characters. */
export function lineSchema(mostCharacters: number) {
  return z
    .string()
    .transform((text) => text.normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(1, 'must not be empty')
        .max(mostCharacters, `must be at most ${mostCharacters} characters`)
        .refine((text) => !forbidden.test(text), 'must hold no control characters or line breaks'),
    );
}

/** A display name. */
export const nameSchema = lineSchema(limits.nameLength);

/** The text as one line that no character of it can break or turn around. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(new RegExp(forbidden, 'gu'), ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** The name of a wireless network (IEEE 802.11 §9.4.2.2): up to 32 octets, as it is, spaces too. */
export const ssidSchema = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    (text) => toUtf8(text).length <= limits.ssidBytes,
    `must be at most ${limits.ssidBytes} bytes of UTF-8`,
  )
  .refine((text) => !forbidden.test(text), 'must hold no control characters or line breaks');

/** A tenant's name in addresses: a DNS label (RFC 1035 §2.3.1). */
export const slugSchema = z
  .string()
  .max(limits.slugLength, `must be at most ${limits.slugLength} characters`)
  .regex(
    /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    'must be lower-case letters, digits and hyphens, start with a letter and not end with a hyphen',
  );

/** Words that a tenant is not called in addresses: they are ours, or speak for us. */
const reservedSlugs = [
  ...['account', 'accounts', 'admin', 'api', 'app', 'auth', 'callback', 'help', 'login', 'mail'],
  ...['docs', 'oidc', 'operator', 'portal', 'root', 'sallyport', 'security', 'setup', 'sign-in'],
  ...['sign-up', 'status', 'support', 'system', 'www'],
];

/** What the eye makes of a slug in a hurry: 0 for o, 1 and i for l, 3 for e, 5 for s, rn for m. */
function skeletonOf(slug: string): string {
  const alike: Readonly<Record<string, string>> = { 0: 'o', 1: 'l', i: 'l', 3: 'e', 5: 's' };
  return slug
    .replaceAll('-', '')
    .replaceAll('rn', 'm')
    .replace(/[01i35]/g, (sign) => alike[sign] ?? sign);
}

const reservedSkeletons = new Set(reservedSlugs.map(skeletonOf));

/** Whether a slug is one of our words, or looks like one. */
export function isReservedSlug(slug: string): boolean {
  return reservedSkeletons.has(skeletonOf(slug));
}

export const emailSchema = z
  .email('must be an e-mail address')
  .max(limits.emailLength, `must be at most ${limits.emailLength} characters`)
  .transform((text) => text.toLowerCase());

const hostnamePattern =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** Whether the text is a host name as DNS allows it (RFC 1123 §2.1). */
export function isHostname(text: string): boolean {
  return hostnamePattern.test(text) && !/^[\d.]+$/.test(text);
}

/** A slug made from a name, or undefined when nothing of the name can stand in one. */
export function slugFrom(name: string): string | undefined {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+/, '');
  const slug = words.slice(0, limits.slugLength).replace(/-+$/, '');
  return slug === '' ? undefined : slug;
}

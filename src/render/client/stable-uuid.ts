// Identifiers that stay the same from one issue to the next.

import { toHex, toUtf8 } from '../../model/encoding.ts';

/** The UUID of some bytes: always the same for the same (RFC 9562 §5.8, SHA-256). */
export async function uuidOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
  const own = new Uint8Array(digest).slice(0, 16);
  own[6] = ((own[6] ?? 0) & 0x0f) | 0x80;
  own[8] = ((own[8] ?? 0) & 0x3f) | 0x80;
  return toHex(own).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The UUID of what some words name together. */
export function stableUuid(...words: string[]): Promise<string> {
  return uuidOf(toUtf8(words.join('\n')));
}

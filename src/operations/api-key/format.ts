// What an API key looks like: `sp_`, the tenant, the secret, and a checksum by which scanners for
// leaked keys tell one from what only looks like it.

import { toUtf8 } from '../../model/encoding.ts';
import { base32, type RandomBytes } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';

const pattern = /^sp_([0-9a-hjkmnp-tv-z]{16})_[0-9a-hjkmnp-tv-z]{39}(?:_([0-9a-hjkmnp-tv-z]{7}))?$/;

/** CRC-32 (ISO 3309), in 7 characters. It finds typing errors and guards nothing. */
function checksum(text: string): string {
  let crc = 0xffffffff;
  for (const byte of toUtf8(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const value = ~crc >>> 0;
  return base32(new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]));
}

export function newApiKey(tenantId: string, random: RandomBytes): string {
  const text = `sp_${tenantId.slice(2)}_${base32(random(limits.apiKeySecretBytes))}`;
  return `${text}_${checksum(text)}`;
}

/** The tenant that a key claims to be of, or undefined when it is no key. */
export function tenantOfApiKey(key: string): string | undefined {
  const [, tenant, sum] = pattern.exec(key) ?? [];
  if (tenant === undefined) return undefined;
  // Keys from before there was a checksum are as good.
  if (sum !== undefined && checksum(key.slice(0, -8)) !== sum) return undefined;
  return `t_${tenant}`;
}

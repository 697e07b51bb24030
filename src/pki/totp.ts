// One-time codes (RFC 6238): six digits every thirty seconds, SHA-1, which is what every
// authenticator knows.

import type { TOTP } from 'otpauth';
import { limits } from '../model/limits.ts';
import { totpDigits } from '../model/totp.ts';

const periodSeconds = 30;
/** Steps before and after the present one whose codes count: clocks differ, and people type. */
const window = 1;

async function totpOf(secret: string, label: string): Promise<TOTP> {
  const { TOTP: Totp } = await import('otpauth');
  return new Totp({
    issuer: 'Sallyport',
    label,
    algorithm: 'SHA1',
    digits: totpDigits,
    period: periodSeconds,
    secret,
  });
}

/** A fresh secret in base32, and the address by which authenticators take it. */
export async function newTotp(
  random: (length: number) => Uint8Array,
  label: string,
): Promise<{ secret: string; uri: string }> {
  const { Secret } = await import('otpauth');
  const bytes = new Uint8Array(random(limits.totpSecretBytes));
  const secret = new Secret({ buffer: bytes.buffer }).base32;
  return { secret, uri: (await totpOf(secret, label)).toString() };
}

/**
 * The time step that the code belongs to, or 0 if it belongs to none near the present.
 * @param now Unix time in milliseconds
 */
export async function totpStepOf(secret: string, code: string, now: number): Promise<number> {
  const totp = await totpOf(secret, '');
  const delta = totp.validate({ token: code, timestamp: now, window });
  return delta === null ? 0 : Math.floor(now / 1000 / periodSeconds) + delta;
}

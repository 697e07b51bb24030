// Accounts: logins of persons, and how they sign in.

import { z } from 'zod';

/** How a session proved who it is; several may come together. */
export const signInMethods = ['mail', 'passkey', 'totp', 'recovery', 'oidc', 'operator'] as const;
export type SignInMethod = (typeof signInMethods)[number];

export const challengeKinds = [
  'mail',
  'passkey_sign_in',
  'passkey_create',
  'oidc',
  'break_glass',
] as const;
export type ChallengeKind = (typeof challengeKinds)[number];

const alone: ReadonlySet<SignInMethod> = new Set(['passkey', 'oidc', 'operator']);

/**
 * Whether these methods are two factors. A passkey is: it is held, and unlocked by a finger, a face
 * or a PIN, which we ask of it. What an identity provider, or the operator, asked is
 * their business.
 */
export function isTwoFactors(methods: readonly SignInMethod[]): boolean {
  if (methods.some((method) => alone.has(method))) return true;
  return methods.includes('mail') && (methods.includes('totp') || methods.includes('recovery'));
}

/** Begins each session's token, so that scanners find leaked ones. */
export const sessionTokenPrefix = 'sps_';

export const sessionTokenSchema = z.string().regex(/^sps_[0-9a-hjkmnp-tv-z]{39}$/);

// Signing in, as the API has it.

import { z } from 'zod';
import { sessionTokenSchema, signInMethods } from './account.ts';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
import { emailSchema, nameSchema } from './text.ts';

const timeSchema = z.iso.datetime();

export const sessionSchema = z.strictObject({
  id: idSchema('session'),
  /** How it proved who it is. */
  methods: z.array(z.enum(signInMethods)),
  twoFactors: z.boolean(),
  /** The only tenant it is good in; null for all of the account's. */
  tenantId: idSchema('tenant').nullable(),
  createdAt: timeSchema,
  /** A minute exact. */
  seenAt: timeSchema,
  expiresAt: timeSchema,
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

/** How the session's token comes back: a browser's cookie, or in the answer. */
export const carrierSchema = z.enum(['cookie', 'token']).default('cookie');
export type CarrierName = z.infer<typeof carrierSchema>;

export const signedInSchema = z.strictObject({
  session: sessionSchema,
  /** What is still to be done before the session is good. */
  next: z.enum(['totp']).nullable(),
  /** Shown here once and never again; absent when it came as a cookie. */
  token: sessionTokenSchema.optional(),
});
export type SignedIn = z.infer<typeof signedInSchema>;

export const startSignInSchema = z.strictObject({ email: emailSchema });

export const startedSignInSchema = z.strictObject({
  challengeId: idSchema('challenge'),
  expiresAt: timeSchema,
});
export type StartedSignIn = z.infer<typeof startedSignInSchema>;

/** Digits as people type them, in groups or not. */
export function digitsSchema(count: number) {
  return z
    .string()
    .max(limits.nameLength)
    .transform((text) => text.replaceAll(/[\s-]/g, ''))
    .pipe(z.string().regex(new RegExp(`^\\d{${count}}$`), `must be ${count} digits`));
}

export const signInSchema = z
  .strictObject({
    challengeId: idSchema('challenge'),
    /** What the mail shows. */
    code: digitsSchema(8).optional(),
    /** What the link in the mail carries. */
    secret: z.string().min(1).max(limits.tokenLength).optional(),
    as: carrierSchema,
  })
  .refine(({ code, secret }) => (code === undefined) !== (secret === undefined), {
    message: 'must hold either code or secret',
  });
export type SignIn = z.infer<typeof signInSchema>;

export const acceptInvitationSchema = z.strictObject({
  token: z.string().min(1).max(limits.tokenLength),
  /** The name of a new account; the user's if left out. */
  name: nameSchema.optional(),
  as: carrierSchema,
});
export type AcceptInvitation = z.infer<typeof acceptInvitationSchema>;

// Passkeys, as the API has them. What a browser sends is as WebAuthn's toJSON() makes it.

import { z } from 'zod';
import { sessionTokenSchema } from './account.ts';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
import { carrierSchema } from './sign-in.ts';
import { nameSchema } from './text.ts';

export const passkeySchema = z.strictObject({
  id: idSchema('passkey'),
  name: z.string(),
  /** Whether it lives on in a cloud when its device is lost. */
  backedUp: z.boolean(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type Passkey = z.infer<typeof passkeySchema>;

/** The session has the passkey as a method now, and so a fresh token, if it was no cookie. */
export const createdPasskeySchema = passkeySchema.extend({ token: sessionTokenSchema.optional() });

export const updatePasskeySchema = z.strictObject({ name: nameSchema });

/** A challenge and what the browser's WebAuthn wants to be given with it. */
export const startedPasskeySchema = z.strictObject({
  challengeId: idSchema('challenge'),
  options: z.record(z.string(), z.unknown()),
});
export type StartedPasskey = z.infer<typeof startedPasskeySchema>;

const base64Url = z
  .string()
  .max(limits.passkeyAnswerLength)
  .regex(/^[A-Za-z0-9_-]*$/, 'must be base64url');

const answer = {
  id: base64Url,
  rawId: base64Url,
  type: z.literal('public-key'),
};

export const registrationSchema = z.object({
  ...answer,
  response: z.object({
    clientDataJSON: base64Url,
    attestationObject: base64Url,
    transports: z
      .array(z.string().max(limits.slugLength))
      .max(limits.passkeyTransports)
      .default([]),
  }),
});
export type Registration = z.infer<typeof registrationSchema>;

export const assertionSchema = z.object({
  ...answer,
  response: z.object({
    clientDataJSON: base64Url,
    authenticatorData: base64Url,
    signature: base64Url,
    userHandle: base64Url.nullish(),
  }),
});
export type Assertion = z.infer<typeof assertionSchema>;

export const createPasskeySchema = z.strictObject({
  challengeId: idSchema('challenge'),
  name: nameSchema,
  response: registrationSchema,
});
export type CreatePasskey = z.infer<typeof createPasskeySchema>;

export const signInByPasskeySchema = z.strictObject({
  challengeId: idSchema('challenge'),
  response: assertionSchema,
  as: carrierSchema,
});
export type SignInByPasskey = z.infer<typeof signInByPasskeySchema>;

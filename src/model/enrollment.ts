// What a VM sends to become a gateway, and what it gets back. Public parts only.

import { z } from 'zod';
import { fromBase64Url } from './encoding.ts';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
import { wireguardPublicKeySchema } from './wireguard.ts';

/** An Ed25519 public key: 32 bytes in base64url. */
export const ed25519PublicKeySchema = z
  .string()
  .refine(
    (text) => text.length === 43 && fromBase64Url(text)?.length === 32,
    'must be an Ed25519 public key: 32 bytes in base64url, 43 characters',
  )
  .meta({ pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$' });

export const enrollmentRequestSchema = z.strictObject({
  token: z.string().min(1).max(limits.tokenLength),
  /** Signs the agent's own access tokens from now on. */
  identityKey: ed25519PublicKeySchema,
  wireguardPublicKey: wireguardPublicKeySchema,
  /** The highest document version that the agent understands. */
  protocol: z.int().min(1),
  facts: z.strictObject({
    agent: z.string().max(64),
    system: z.string().max(200).optional(),
    kernel: z.string().max(128).optional(),
    architecture: z.string().max(32).optional(),
  }),
});
export type EnrollmentRequest = z.infer<typeof enrollmentRequestSchema>;

export const stateKeySchema = z.strictObject({
  kid: z.string().max(64),
  publicKey: ed25519PublicKeySchema,
});
export type StateKey = z.infer<typeof stateKeySchema>;

export const enrollmentReplySchema = z.strictObject({
  tenantId: idSchema('tenant'),
  gatewayId: idSchema('gateway'),
  gatewayName: z.string(),
  /** Keys that may sign desired state. */
  stateKeys: z.array(stateKeySchema).min(1).max(8),
});
export type EnrollmentReply = z.infer<typeof enrollmentReplySchema>;

/** Of the access token that an agent signs for itself (JWT, EdDSA, `kid` is tenant.gateway). */
export const agentTokenAudience = 'sallyport-agent';
export const agentTokenClaimsSchema = z.object({
  aud: z.literal(agentTokenAudience),
  sub: idSchema('gateway'),
  /** The tenant, so that a token opens one tenant's database and no other. */
  tid: idSchema('tenant'),
  iat: z.int(),
  exp: z.int(),
});
export type AgentTokenClaims = z.infer<typeof agentTokenClaimsSchema>;

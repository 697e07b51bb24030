// Signed things that travel: desired state, links, and the tokens agents sign for themselves.

import { CompactSign, compactVerify, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { type DesiredState, desiredStateType } from '../model/desired-state.ts';
import { toHex, toUtf8 } from '../model/encoding.ts';
import {
  type AgentTokenClaims,
  agentTokenAudience,
  agentTokenClaimsSchema,
} from '../model/enrollment.ts';
import { idSchema } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { signCompact } from './jws.ts';
import type { SigningKey } from './root-key.ts';

/** Signs a document as a compact JWS. */
export function signDesiredState(key: SigningKey, state: DesiredState): Promise<string> {
  return signCompact(key, desiredStateType, state);
}

const linkClaimsSchema = z.strictObject({
  t: idSchema('tenant'),
  l: idSchema('link'),
  /** At least 128 random bits; the database holds only their hash. */
  s: z.string().min(22),
});
export type LinkClaims = z.infer<typeof linkClaimsSchema>;

export function signLink(key: Uint8Array, claims: LinkClaims): Promise<string> {
  return new CompactSign(toUtf8(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'HS256' })
    .sign(key);
}

/** What the link says, or undefined if it is not one of ours. Expiry and use are the database's. */
export async function readLink(key: Uint8Array, token: string): Promise<LinkClaims | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ['HS256'] });
    return linkClaimsSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return undefined;
  }
}

// Made once: to make a schema costs more than all the rest of an idle watch.
const headSchema = z.object({ kid: z.string() });
const tenantIdSchema = idSchema('tenant');
const gatewayIdSchema = idSchema('gateway');

/** Whose token it claims to be, before anything is verified. */
export function agentTokenKid(token: string): { tenantId: string; gatewayId: string } | undefined {
  try {
    const [head = ''] = token.split('.');
    const json = atob(head.replaceAll('-', '+').replaceAll('_', '/'));
    const { kid } = headSchema.parse(JSON.parse(json));
    const [tenantId, gatewayId] = kid.split('.');
    return {
      tenantId: tenantIdSchema.parse(tenantId),
      gatewayId: gatewayIdSchema.parse(gatewayId),
    };
  } catch {
    return undefined;
  }
}

/**
 * The claims of a token that the gateway signed with its identity key, or undefined.
 * @param now Unix time in milliseconds
 */
export async function verifyAgentToken(
  token: string,
  identityKey: string,
  now: number,
): Promise<AgentTokenClaims | undefined> {
  try {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: identityKey }, 'EdDSA');
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      audience: agentTokenAudience,
      currentDate: new Date(now),
      clockTolerance: limits.agentTokenSkewSeconds,
      maxTokenAge: limits.agentTokenLifetimeSeconds,
    });
    return agentTokenClaimsSchema.parse(payload);
  } catch {
    return undefined;
  }
}

/** SHA-256 in lower-case hex: how every secret of ours is kept. */
export async function secretHash(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', toUtf8(text))));
}

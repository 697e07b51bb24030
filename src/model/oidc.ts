// A tenant's own identity provider, as the API shows it.

import { z } from 'zod';
import { limits } from './limits.ts';

export const oidcSchema = z.strictObject({
  issuer: z.string(),
  clientId: z.string(),
  /** The claim that lists a person's groups; null when groups do not come from there. */
  groupsClaim: z.string().nullable(),
  /** Whether people whom the tenant does not know become users, as members. */
  createsUsers: z.boolean(),
  enabled: z.boolean(),
  /** What the provider has to be told of us. */
  redirectUri: z.string(),
  /** Where the tenant's people sign in through it. */
  signInUrl: z.string(),
  revision: z.int(),
});
export type Oidc = z.infer<typeof oidcSchema>;

const text = z.string().min(1, 'must not be empty').max(limits.oidcTextLength);

export const setOidcSchema = z.strictObject({
  /** Checked against what the operator lets tenants reach. */
  issuer: z.string().max(limits.urlLength),
  clientId: text,
  /** The one from before stays if it is left out. */
  clientSecret: text.optional(),
  groupsClaim: z.string().min(1).max(limits.nameLength).nullable().default(null),
  createsUsers: z.boolean().default(false),
  enabled: z.boolean().default(true),
});
export type SetOidc = z.infer<typeof setOidcSchema>;

/** What a provider says of a person who signed in there. */
export const claimsSchema = z.looseObject({
  sub: z.string(),
  email: z.string().optional().catch(undefined),
  /** Some providers write it as text. */
  email_verified: z
    .union([z.boolean(), z.enum(['true', 'false'])])
    .optional()
    .catch(undefined),
  name: z.string().optional().catch(undefined),
});
export type Claims = z.infer<typeof claimsSchema>;

/** The groups that the claim lists: an array, or one alone. */
export function groupsOf(claims: Claims, claim: string): string[] {
  const value = claims[claim];
  const list = Array.isArray(value) ? value : [value];
  const names = list.filter((one) => typeof one === 'string');
  return [...new Set(names)].slice(0, limits.oidcGroups);
}

/** A path of the portal, or undefined: nobody is sent anywhere else after signing in. */
export function portalPath(publicUrl: string, wanted: string): string | undefined {
  if (!wanted.startsWith('/portal/') || !URL.canParse(wanted, publicUrl)) return undefined;
  const base = new URL(publicUrl);
  const { origin, pathname, search, hash } = new URL(wanted, publicUrl);
  if (origin !== base.origin || !pathname.startsWith('/portal/')) return undefined;
  return pathname + search + hash;
}

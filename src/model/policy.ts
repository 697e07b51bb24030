// What a tenant demands of its people.

import { z } from 'zod';

export const tenantPolicySchema = z.strictObject({
  /** Whether signing in takes a passkey, single sign-on, or a second factor beside the mail. */
  secondFactor: z.enum(['optional', 'required']).default('optional'),
  /** Whether a link alone gives out a profile, or its user must have signed in as well. */
  linkRedemption: z.enum(['link', 'session']).default('link'),
  /** Whether people may come in by mail and passkey, or through the identity provider alone. */
  signIn: z.enum(['any', 'oidc']).default('any'),
});
export type TenantPolicy = z.infer<typeof tenantPolicySchema>;

export const defaultPolicy: TenantPolicy = tenantPolicySchema.parse({});

// What a tenant demands of its people.

import { z } from 'zod';

/** Whether signing in takes a passkey, single sign-on, or a second factor beside the mail. */
const secondFactor = z.enum(['optional', 'required']);
/** Whether a link alone gives out a profile, or its user must have signed in as well. */
const linkRedemption = z.enum(['link', 'session']);
/** Whether people may come in by mail and passkey, or through the identity provider alone. */
const signIn = z.enum(['any', 'oidc']);

export const tenantPolicySchema = z.strictObject({
  secondFactor: secondFactor.default('optional'),
  linkRedemption: linkRedemption.default('link'),
  signIn: signIn.default('any'),
});
export type TenantPolicy = z.infer<typeof tenantPolicySchema>;

/** What is left out stays as it is. */
export const changePolicySchema = z
  .strictObject({ secondFactor, linkRedemption, signIn })
  .partial();
export type ChangePolicy = z.infer<typeof changePolicySchema>;

export const defaultPolicy: TenantPolicy = tenantPolicySchema.parse({});

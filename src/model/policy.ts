// What a tenant demands of its people and its gateways.

import { z } from 'zod';

/** Whether signing in takes a passkey, single sign-on, or a second factor beside the mail. */
const secondFactor = z.enum(['optional', 'required']);
/** Whether a link alone gives out a profile, or its user must have signed in as well. */
const linkRedemption = z.enum(['link', 'session']);
/** Whether people may come in by mail and passkey, or through the identity provider alone. */
const signIn = z.enum(['any', 'oidc']);
/** Whether a gateway lets devices in by IKEv2 that has no valid list of revoked certificates. */
const withoutRevocations = z.enum(['refuse', 'accept']);
/** Whether devices may come in by IKEv2 with a password where their client takes no certificate. */
const ikev2Passwords = z.enum(['off', 'on']);
/** Whether Apple's profiles put the portal on the home screen. */
const portalWebClip = z.enum(['off', 'on']);

export const tenantPolicySchema = z.strictObject({
  secondFactor: secondFactor.default('optional'),
  linkRedemption: linkRedemption.default('link'),
  signIn: signIn.default('any'),
  withoutRevocations: withoutRevocations.default('refuse'),
  ikev2Passwords: ikev2Passwords.default('off'),
  portalWebClip: portalWebClip.default('off'),
});
export type TenantPolicy = z.infer<typeof tenantPolicySchema>;

/** What is left out stays as it is. */
export const changePolicySchema = z
  .strictObject({
    secondFactor,
    linkRedemption,
    signIn,
    withoutRevocations,
    ikev2Passwords,
    portalWebClip,
  })
  .partial();
export type ChangePolicy = z.infer<typeof changePolicySchema>;

/** What a stored policy leaves out, which was made before there was such a thing. */
export const defaultPolicy: TenantPolicy = tenantPolicySchema.parse({});

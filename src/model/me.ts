// Whoever asks, as the API shows them to themselves.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { operations, roles } from './permissions.ts';
import { sessionSchema } from './sign-in.ts';
import { tenantStatuses } from './tenant.ts';
import { emailSchema, nameSchema } from './text.ts';

export const accountSchema = z.strictObject({
  id: idSchema('account'),
  email: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  hasTotp: z.boolean(),
  /** How many there are. */
  passkeys: z.int(),
});
export type Account = z.infer<typeof accountSchema>;

export const updateAccountSchema = z.strictObject({ name: nameSchema });
export type UpdateAccount = z.infer<typeof updateAccountSchema>;

export const recoverAccountSchema = z.strictObject({ email: emailSchema });

export const recoveredAccountSchema = z.strictObject({
  /** Signs the account in, once. Give it to its owner by a way that you trust. */
  url: z.string(),
  expiresAt: z.iso.datetime(),
});
export type RecoveredAccount = z.infer<typeof recoveredAccountSchema>;

export const myTenantSchema = z.strictObject({
  tenantId: idSchema('tenant'),
  slug: z.string(),
  name: z.string(),
  status: z.enum(tenantStatuses),
  /** Null for a key. */
  userId: idSchema('user').nullable(),
  /** Null while the tenant's database does not answer. */
  role: z.enum(roles).nullable(),
});
export type MyTenant = z.infer<typeof myTenantSchema>;

export const meSchema = z.strictObject({
  kind: z.enum(['session', 'key', 'operator']),
  account: accountSchema.nullable(),
  session: sessionSchema.nullable(),
  /** What is still to be done before the session is good. */
  next: z.enum(['totp']).nullable(),
  key: z
    .strictObject({
      id: idSchema('apiKey'),
      role: z.enum(roles),
      /** Of what its role may do, this alone; null for all of it. */
      permissions: z.array(z.enum(operations)).nullable(),
      groupIds: z.array(idSchema('group')).nullable(),
      gatewayIds: z.array(idSchema('gateway')).nullable(),
    })
    .nullable(),
  tenants: z.array(myTenantSchema),
});
export type Me = z.infer<typeof meSchema>;

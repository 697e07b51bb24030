// Tenants and their users, as the API shows them.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { changePolicySchema, tenantPolicySchema } from './policy.ts';
import { emailSchema, nameSchema, slugSchema } from './text.ts';
import { userSchema } from './user.ts';

export type { TenantPolicy } from './policy.ts';

export const timeSchema = z.iso.datetime();

/**
 * `suspended` by the operator: nothing can be changed, gateways keep what they have. `deleting`:
 * its owner or the operator wants it gone, and may change their mind until the day it is.
 */
export const tenantStatuses = ['active', 'suspended', 'deleting'] as const;
export type TenantStatus = (typeof tenantStatuses)[number];

export const tenantSchema = z.strictObject({
  id: idSchema('tenant'),
  slug: slugSchema,
  name: z.string(),
  /** The tenant's own unique local IPv6 prefix, from which gateways get their pools. */
  ula: z.string(),
  status: z.enum(tenantStatuses),
  /** When everything of it is dropped, while it is being deleted. */
  deleteAt: timeSchema.nullable(),
  policy: tenantPolicySchema,
  /** The revision that last changed the tenant itself. */
  revision: z.int(),
  /** Its newest revision of all. */
  head: z.int(),
  createdAt: timeSchema,
});
export type Tenant = z.infer<typeof tenantSchema>;

/** Whether a database can be used. */
export const databaseStateSchema = z.strictObject({
  /** `away` may come back by itself; `broken` needs the operator. */
  status: z.enum(['ready', 'away', 'broken']),
  fault: z.string().nullable(),
});
export type DatabaseState = z.infer<typeof databaseStateSchema>;

/** A tenant as its operator sees it. */
export const tenantEntrySchema = z.strictObject({
  id: idSchema('tenant'),
  slug: slugSchema,
  name: z.string(),
  status: z.enum(tenantStatuses),
  database: databaseStateSchema,
  /** Jobs that were given up in the last days, and what was wrong with the newest of them. */
  deadJobs: z.strictObject({ count: z.int(), errors: z.array(z.string()) }),
  createdAt: timeSchema,
});
export type TenantEntry = z.infer<typeof tenantEntrySchema>;

export const createTenantSchema = z.strictObject({
  name: nameSchema,
  slug: slugSchema.optional(),
  /** Its first user. For whoever has an account it is they, and this may give their name alone. */
  owner: z.strictObject({ name: nameSchema.optional(), email: emailSchema.optional() }).optional(),
});
export type CreateTenant = z.infer<typeof createTenantSchema>;

export const createdTenantSchema = z.strictObject({
  tenant: tenantSchema,
  owner: userSchema,
  /**
   * The owner's bearer key. It is shown here once and never again. Null when the owner signs in
   * with an account: they may make keys when they need some.
   */
  key: z.string().nullable(),
});
export type CreatedTenant = z.infer<typeof createdTenantSchema>;

/** What is left out stays as it is. */
export const updateTenantSchema = z.strictObject({
  name: nameSchema.optional(),
  policy: changePolicySchema.optional(),
});
export type UpdateTenant = z.infer<typeof updateTenantSchema>;

export const suspendTenantSchema = z.strictObject({
  /** For the tenant's log, and so for its people. */
  reason: nameSchema,
});
export type SuspendTenant = z.infer<typeof suspendTenantSchema>;

export const inviteTenantSchema = z.strictObject({ email: emailSchema });
export type InviteTenant = z.infer<typeof inviteTenantSchema>;

/** Lets whoever reads the mail of this address make one tenant. */
export const tenantInvitationSchema = z.strictObject({
  id: idSchema('invitation'),
  email: z.string(),
  expiresAt: timeSchema,
});
export type TenantInvitation = z.infer<typeof tenantInvitationSchema>;

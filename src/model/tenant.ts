// Tenants and their users, as the API shows them.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { roles } from './permissions.ts';
import { emailSchema, nameSchema, slugSchema } from './text.ts';

export const timeSchema = z.iso.datetime();

export const tenantSchema = z.strictObject({
  id: idSchema('tenant'),
  slug: slugSchema,
  name: z.string(),
  /** The tenant's own unique local IPv6 prefix, from which gateways get their pools. */
  ula: z.string(),
  revision: z.int(),
  createdAt: timeSchema,
});
export type Tenant = z.infer<typeof tenantSchema>;

/** A tenant as its operator sees it. */
export const tenantEntrySchema = z.strictObject({
  id: idSchema('tenant'),
  slug: slugSchema,
  name: z.string(),
  database: z.strictObject({
    /** `away` may come back by itself; `broken` needs the operator. */
    status: z.enum(['ready', 'away', 'broken']),
    fault: z.string().nullable(),
  }),
  createdAt: timeSchema,
});
export type TenantEntry = z.infer<typeof tenantEntrySchema>;

export const createTenantSchema = z.strictObject({
  name: nameSchema,
  slug: slugSchema.optional(),
  owner: z
    .strictObject({ name: nameSchema.default('Owner'), email: emailSchema.optional() })
    .default({ name: 'Owner' }),
});
export type CreateTenant = z.infer<typeof createTenantSchema>;

export const createdTenantSchema = z.strictObject({
  tenant: tenantSchema,
  owner: z.lazy(() => userSchema),
  /** The owner's bearer key. It is shown here once and never again. */
  key: z.string(),
});
export type CreatedTenant = z.infer<typeof createdTenantSchema>;

export const userSchema = z.strictObject({
  id: idSchema('user'),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(roles),
  createdAt: timeSchema,
});
export type User = z.infer<typeof userSchema>;

export const createUserSchema = z.strictObject({
  name: nameSchema,
  email: emailSchema.optional(),
  role: z.enum(roles).default('member'),
});
export type CreateUser = z.infer<typeof createUserSchema>;

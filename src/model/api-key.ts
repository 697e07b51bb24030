// API keys: credentials of programs, as the API shows them.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
import { operations, roles } from './permissions.ts';
import { timeSchema } from './tenant.ts';
import { nameSchema } from './text.ts';

export const apiKeySchema = z.strictObject({
  id: idSchema('apiKey'),
  name: z.string(),
  role: z.enum(roles),
  /** Of what its role may do, this alone; null for all of it. */
  permissions: z.array(z.enum(operations)).nullable(),
  /** Users of these groups and their devices alone; null for everyone. */
  groupIds: z.array(idSchema('group')).nullable(),
  /** These gateways, and devices on no others; null for all. */
  gatewayIds: z.array(idSchema('gateway')).nullable(),
  status: z.enum(['active', 'expired', 'revoked']),
  expiresAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
  /** A minute exact. */
  lastUsedAt: timeSchema.nullable(),
  createdAt: timeSchema,
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const createApiKeySchema = z.strictObject({
  name: nameSchema,
  role: z.enum(roles),
  permissions: z.array(z.enum(operations)).min(1).max(operations.length).optional(),
  groupIds: z.array(idSchema('group')).min(1).max(limits.groupsPerRequest).optional(),
  gatewayIds: z.array(idSchema('gateway')).min(1).max(limits.gatewaysPerTenant).optional(),
  /** When left out it is good until it is revoked. */
  expiresInSeconds: z
    .int()
    .min(limits.apiKeyLifetimeLeastSeconds)
    .max(limits.apiKeyLifetimeMostSeconds)
    .optional(),
});
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

export const createdApiKeySchema = z.strictObject({
  apiKey: apiKeySchema,
  /** The key itself. It is shown here once and never again. */
  key: z.string(),
});
export type CreatedApiKey = z.infer<typeof createdApiKeySchema>;

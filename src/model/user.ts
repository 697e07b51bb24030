// Users: persons in a tenant, as the API shows them.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { roles } from './permissions.ts';
import { emailSchema, nameSchema } from './text.ts';

/** `invited` until they first signed in; `suspended` ones can do nothing, nor can their devices. */
export const userStatuses = ['active', 'invited', 'suspended'] as const;
export type UserStatus = (typeof userStatuses)[number];

export const userSchema = z.strictObject({
  id: idSchema('user'),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(roles),
  status: z.enum(userStatuses),
  /** Whether an account signs in as this user. */
  hasAccount: z.boolean(),
  revision: z.int(),
  createdAt: z.iso.datetime(),
});
export type User = z.infer<typeof userSchema>;

export const createUserSchema = z.strictObject({
  name: nameSchema,
  email: emailSchema.optional(),
  role: z.enum(roles).default('member'),
});
export type CreateUser = z.infer<typeof createUserSchema>;

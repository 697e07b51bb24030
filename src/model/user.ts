// Users: persons in a tenant, as the API shows them.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
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

/** What names are found and sorted by: without accents and case, as people type them. */
export function sortKey(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...plain].slice(0, limits.nameLength).join('');
}

export const createUserSchema = z.strictObject({
  name: nameSchema,
  email: emailSchema.optional(),
  role: z.enum(roles).default('member'),
});
export type CreateUser = z.infer<typeof createUserSchema>;

export const updateUserSchema = z.strictObject({
  name: nameSchema.optional(),
  /** Not of a user who has an account: who signs in is bound to the address. */
  email: emailSchema.nullable().optional(),
  role: z.enum(roles).optional(),
});
export type UpdateUser = z.infer<typeof updateUserSchema>;

/** Whom to invite: a user there is, or somebody new. */
export const inviteUserSchema = z
  .strictObject({
    userId: idSchema('user').optional(),
    /** An address that a user has already invites that user, as they are. */
    email: emailSchema.optional(),
    /** Of a new user, as is the role. */
    name: nameSchema.optional(),
    role: z.enum(roles).default('member'),
    /** Groups that the user joins beside those they are in. */
    groupIds: z.array(idSchema('group')).max(limits.groupsPerRequest).default([]),
  })
  .refine(
    ({ userId, email }) => (userId === undefined) !== (email === undefined),
    'must name the user by userId or by email',
  );
export type InviteUser = z.infer<typeof inviteUserSchema>;

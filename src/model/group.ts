// Groups of users, as the API shows them. Rules and identity providers name groups.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { timeSchema } from './tenant.ts';
import { nameSchema } from './text.ts';

export const groupSchema = z.strictObject({
  id: idSchema('group'),
  name: z.string(),
  /** The revision that last changed its name or who is in it. */
  revision: z.int(),
  createdAt: timeSchema,
});
export type Group = z.infer<typeof groupSchema>;

export const createGroupSchema = z.strictObject({ name: nameSchema });
export type CreateGroup = z.infer<typeof createGroupSchema>;

export const updateGroupSchema = z.strictObject({ name: nameSchema.optional() });
export type UpdateGroup = z.infer<typeof updateGroupSchema>;

// What went out in a tenant's name, and how it fared, as the API shows it.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { timeSchema } from './tenant.ts';

export const mailStatuses = ['queued', 'sent', 'refused'] as const;

export const sentMailSchema = z.strictObject({
  id: idSchema('mail'),
  /** What kind of mail it is, such as `invitation`. */
  kind: z.string(),
  recipient: z.string(),
  subject: z.string(),
  /** The id of what it is about: a user, a link. */
  about: z.string(),
  /** `sent` says that the mail server took it; `refused` that no more attempts are made. */
  status: z.enum(mailStatuses),
  /** What the mail server said last, if it did not take it. */
  error: z.string().nullable(),
  createdAt: timeSchema,
  sentAt: timeSchema.nullable(),
});
export type SentMail = z.infer<typeof sentMailSchema>;

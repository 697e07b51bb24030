// Links, as the API shows them: to the profile of a device, once, or to a user's page of devices.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
import { mailStatuses } from './sent-mail.ts';
import { timeSchema } from './tenant.ts';

/** `once` gives out a device's profile; `bookmark` opens a user's own page, again and again. */
export const linkKinds = ['once', 'bookmark'] as const;

export const createLinkSchema = z.strictObject({
  kind: z.enum(linkKinds).default('once'),
  /** Whose profile it gives out; of a link that works once. */
  deviceId: idSchema('device').optional(),
  /** Whose page it opens, of a bookmark; a signed-in user may leave it out. */
  userId: idSchema('user').optional(),
  /** Seven days when left out; a bookmark then works until it is revoked. */
  expiresInSeconds: z
    .int()
    .min(limits.linkLifetimeLeastSeconds)
    .max(limits.linkLifetimeMostSeconds)
    .optional(),
  /** Whether it is mailed to its user, in the tenant's name. */
  send: z.boolean().default(false),
});
export type CreateLink = z.infer<typeof createLinkSchema>;

export const linkSchema = z.strictObject({
  id: idSchema('link'),
  kind: z.enum(linkKinds),
  /** Null for a bookmark. */
  deviceId: idSchema('device').nullable(),
  /** Null for a link of a device. */
  userId: idSchema('user').nullable(),
  status: z.enum(['open', 'used', 'expired', 'revoked']),
  /** The mail that brought it; null if it was handed over in another way. */
  mail: z
    .strictObject({
      to: z.string(),
      /** `sent` says that the mail server took it; `refused` that no more attempts are made. */
      status: z.enum(mailStatuses),
      /** What the mail server said last, if it did not take it. */
      error: z.string().nullable(),
      sentAt: timeSchema.nullable(),
    })
    .nullable(),
  /** When its page was first looked at, perhaps by a mail scanner; that uses nothing up. */
  openedAt: timeSchema.nullable(),
  usedAt: timeSchema.nullable(),
  /** Null when it works until it is revoked. */
  expiresAt: timeSchema.nullable(),
  createdAt: timeSchema,
});
export type Link = z.infer<typeof linkSchema>;

export const createdLinkSchema = z.strictObject({
  link: linkSchema,
  /** The address to hand on. It is shown here once and never again. */
  url: z.url(),
});
export type CreatedLink = z.infer<typeof createdLinkSchema>;

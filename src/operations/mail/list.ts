// mail.list, newest first

import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { mails } from '../../db/schema/tenant-outlets.ts';
import type { SentMail } from '../../model/sent-mail.ts';
import {
  type Listing,
  momentCursorSchema,
  momentOf,
  olderThan,
  paged,
  pageSchema,
} from '../page.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';

export const mailPageSchema = z.strictObject({
  ...pageSchema.shape,
  cursor: momentCursorSchema('m'),
  /** The id of what they are about: a user, a link. */
  about: z
    .string()
    .regex(/^[a-z]{1,2}_[0-9a-z]{16}$/, 'must be an id')
    .optional(),
});
export type MailPage = z.infer<typeof mailPageSchema>;

type Row = typeof mails.$inferSelect;

function mailView({ createdAt, sentAt, ...row }: Row): SentMail {
  return {
    ...row,
    createdAt: new Date(createdAt).toISOString(),
    sentAt: sentAt === null ? null : new Date(sentAt).toISOString(),
  };
}

export async function listMails(scope: TenantScope, page: MailPage): Promise<Listing<SentMail>> {
  const { db } = scope;
  requireWholeTenant(scope);
  const about = page.about === undefined ? undefined : eq(mails.about, page.about);
  const [rows] = await db.run(
    db.build
      .select()
      .from(mails)
      .where(and(about, olderThan(page.cursor, mails)))
      .orderBy(desc(mails.createdAt), desc(mails.id))
      .limit(page.limit + 1),
  );
  return paged(rows, page, momentOf, mailView);
}

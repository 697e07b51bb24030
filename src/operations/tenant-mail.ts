// Mails in a tenant's name: a row that says what becomes of it, and the job that sends it.

import type { Query } from '../db/database.ts';
import type { NewJob } from '../db/queue.ts';
import { tenant } from '../db/schema/tenant.ts';
import { mails } from '../db/schema/tenant-outlets.ts';
import { notFound } from '../model/errors.ts';
import { newId } from '../model/ids.ts';
import type { MailText } from '../render/mail/mails.ts';
import { mailJob } from './mail.ts';
import type { TenantScope } from './services.ts';

export async function tenantName({ db, tenantId }: TenantScope): Promise<string> {
  const [[self]] = await db.run(db.build.select({ name: tenant.name }).from(tenant));
  if (!self) throw notFound('tenant', tenantId);
  return self.name;
}

interface Envelope {
  kind: string;
  to: string;
  /** The tenant's name. */
  fromName: string;
  /** The id of what it is about. */
  about: string;
}

/** Both belong into the change that causes the mail. */
export async function tenantMail(
  { db, services }: Pick<TenantScope, 'db' | 'services'>,
  { kind, to, fromName, about }: Envelope,
  text: MailText,
): Promise<{ row: typeof mails.$inferSelect; write: Query; job: NewJob }> {
  const job = await mailJob(services, { to, fromName }, text);
  const id = newId('mail', services.random);
  const row = {
    id,
    kind,
    recipient: to,
    subject: text.subject,
    about,
    status: 'queued' as const,
    createdAt: job.createdAt,
    error: null,
    sentAt: null,
  };
  const write = db.build.insert(mails).values(row);
  return { row, write, job: { ...job, payload: { ...job.payload, mailId: id } } };
}

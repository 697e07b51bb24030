// Mails as they wait in a queue, opened with the key of the control plane.

import { asc, eq } from 'drizzle-orm';
import type { Database } from '../src/db/database.ts';
import { jobs } from '../src/db/schema/directory.ts';
import { type Mail, mailSchema } from '../src/model/mail.ts';
import type { Sealer } from '../src/pki/seal.ts';

export async function queuedMails(db: Database, sealer: Sealer, address: string): Promise<Mail[]> {
  const query = db.build.select().from(jobs).where(eq(jobs.kind, 'mail'));
  const [rows] = await db.run(query.orderBy(asc(jobs.createdAt), asc(jobs.id)));
  const mails: Mail[] = [];
  for (const { payload } of rows) {
    const { sealed }: { sealed: string } = JSON.parse(payload);
    const mail = mailSchema.parse(JSON.parse(await sealer.open(sealed, 'mail')));
    if (mail.to === address) mails.push(mail);
  }
  return mails;
}

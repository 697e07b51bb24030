// quota.notice: tells the owners that a quota is nearly or wholly used up. The marker that it
// leaves keeps it from being told twice in the same day or month.

import { and, eq, gte, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { enqueueJob } from '../../db/queue.ts';
import { quotaNotices, tenant } from '../../db/schema/tenant.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { limits } from '../../model/limits.ts';
import { type QuotaName, quotaNames } from '../../model/quota.ts';
import { quotaWayOut } from '../../operations/quota/count.ts';
import { tenantMail } from '../../operations/tenant-mail.ts';
import { noticeMail } from '../../render/mail/mails.ts';
import type { Handler, JobDeps } from '../deps.ts';

const payloadSchema = z.strictObject({
  name: z.enum(quotaNames),
  period: z.string(),
  percent: z.int(),
  used: z.int(),
  most: z.int(),
});
type Notice = z.infer<typeof payloadSchema>;

const perUser: ReadonlySet<QuotaName> = new Set(['devicesPerUser', 'bytesPerUserPerMonth']);

function textOf({ name, percent, used, most }: Notice, tenantName: string, publicUrl: string) {
  const whose = perUser.has(name) ? `A user of ${tenantName}` : tenantName;
  const state = percent < 100 ? 'is nearly used up' : 'is used up';
  const grouped = (count: number) => count.toLocaleString('en-US');
  return noticeMail({
    tenantName,
    title: `The quota "${name}" ${state}`,
    paragraphs: [
      `${whose} has used ${grouped(used)} of ${grouped(most)} (quota "${name}").`,
      `${percent < 100 ? 'When it is used up: ' : ''}${quotaWayOut(name)}`,
    ],
    link: { label: 'See the quotas', url: `${publicUrl}/portal/` },
  });
}

async function read({ db }: JobDeps, { name, period, percent }: Notice) {
  const { build } = db;
  // Whoever knows that it is used up need not hear that it is nearly.
  const same = and(
    eq(quotaNotices.name, name),
    eq(quotaNotices.period, period),
    gte(quotaNotices.percent, percent),
  );
  const owners = and(eq(users.role, 'owner'), eq(users.status, 'active'), isNotNull(users.email));
  const [[given], [self], rows] = await db.run(
    build.select().from(quotaNotices).where(same),
    build.select({ name: tenant.name }).from(tenant),
    build.select({ email: users.email }).from(users).where(owners).limit(limits.ownersNoticed),
  );
  return { given, self, emails: rows.flatMap(({ email }) => email ?? []) };
}

/** The writes that send it to one owner. */
async function mailTo({ db, services }: JobDeps, to: string, notice: Notice, name: string) {
  const text = textOf(notice, name, services.publicUrl);
  const envelope = { kind: 'notice', to, fromName: name, about: notice.name };
  const { write, job } = await tenantMail({ db, services }, envelope, text);
  return [write, enqueueJob(db, job)];
}

export const quotaNotice: Handler = async (payload, deps) => {
  const { db, now } = deps;
  const notice = payloadSchema.parse(payload);
  const { given, self, emails } = await read(deps, notice);
  if (given || !self) return 'done';
  const { name, period, percent } = notice;
  const writes = await Promise.all(emails.map((to) => mailTo(deps, to, notice, self.name)));
  // Two runs at once break the marker's key, and one of them writes nothing.
  const marker = db.build.insert(quotaNotices).values({ name, period, percent, at: now() });
  await db.run(marker, ...writes.flat());
  return 'done';
};

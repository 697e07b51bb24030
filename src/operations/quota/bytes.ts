// Quotas of bytes. They are counted by reports and no change, so what the reports add up to is
// looked at after them.

import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { prepared } from '../../db/prepared.ts';
import { devices, quotaNotices, quotas, usage } from '../../db/schema/tenant.ts';
import { armWakeup } from '../../db/wakeups.ts';
import { monthOf, type QuotaName } from '../../model/quota.ts';
import type { TenantScope } from '../services.ts';
import { enqueueNotice, noticesOf } from './notice.ts';

const names: QuotaName[] = ['bytesPerMonth', 'bytesPerUserPerMonth'];

/** The limits that the operator set; to be read with whatever else a report reads. */
export const byteQuotasQuery = prepared((build) =>
  build.select().from(quotas).where(inArray(quotas.name, names)),
);

/** Limits there are, of this tenant or of all. */
function limitsOf({ services }: TenantScope, set: readonly { name: QuotaName; most: number }[]) {
  const all = names.map((name) => {
    const own = set.find((row) => row.name === name);
    return [name, own?.most ?? services.quotas[name]] as const;
  });
  return new Map(all.filter(([, most]) => most < Number.MAX_SAFE_INTEGER));
}

/** What the tenant and the users of these devices have used this month, and what was said of it. */
async function read({ db }: TenantScope, month: string, deviceIds: readonly string[]) {
  const named = sql`(select value from json_each(${JSON.stringify(deviceIds)}))`;
  const users = db.build
    .select({ key: sql<string>`${devices.userId} || ' ' || ${month}` })
    .from(devices)
    .where(inArray(devices.id, named));
  const wanted = or(
    and(eq(usage.name, 'bytesPerMonth'), eq(usage.key, month)),
    and(eq(usage.name, 'bytesPerUserPerMonth'), inArray(usage.key, users)),
  );
  return db.run(
    db.build.select().from(usage).where(wanted),
    db.build.select().from(quotaNotices).where(eq(quotaNotices.period, month)),
  );
}

/** Has the owners told when a limit of bytes is nearly reached. Without limits it costs nothing. */
export async function noticeBytes(
  scope: TenantScope,
  set: readonly { name: QuotaName; most: number }[],
  deviceIds: readonly string[],
): Promise<void> {
  const { db, services, tenantId } = scope;
  const limits = limitsOf(scope, set);
  if (deviceIds.length === 0 || limits.size === 0) return;
  const [rows, said] = await read(scope, monthOf(services.now()), deviceIds);
  const due = rows.flatMap(({ name, value }) => {
    const most = limits.get(name);
    return most === undefined ? [] : noticesOf(services, name, { before: 0, after: value, most });
  });
  const fresh = due.filter(
    ({ payload }) =>
      !said.some(({ name, percent }) => name === payload.name && percent === payload.percent),
  );
  const [first, ...rest] = fresh.map((job) => enqueueNotice(db, job));
  if (!first) return;
  await db.run(first, ...rest);
  const { directory, now } = services;
  await directory.run(armWakeup(directory, tenantId, now())).catch(() => undefined);
  services.wake(tenantId);
}

// quota.get: every quota of a tenant, how much of it is used, and by whom where that is per user.

import { and, desc, eq, gte, like, notInArray, or, sql } from 'drizzle-orm';
import { quotas, usage } from '../../db/schema/tenant.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import { uncountedJobKinds } from '../../model/job.ts';
import { limits } from '../../model/limits.ts';
import {
  monthOf,
  type Quota,
  type QuotaName,
  quotaNames,
  quotaWarningShare,
  shareOf,
  usageKey,
} from '../../model/quota.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';

type UsageRow = typeof usage.$inferSelect;

/** The users who have used most of a quota per user, the heaviest first. */
function heaviestOf({ db }: TenantScope, name: QuotaName, month?: string) {
  const ofMonth = month === undefined ? undefined : like(usage.key, `% ${month}`);
  return db.build
    .select()
    .from(usage)
    .where(and(eq(usage.name, name), ofMonth, gte(usage.value, 1)))
    .orderBy(desc(usage.value))
    .limit(limits.heaviestUsersShown);
}

async function read(scope: TenantScope, now: number) {
  const { db } = scope;
  const { build } = db;
  const counted = quotaNames.map((name) =>
    and(eq(usage.name, name), eq(usage.key, usageKey(name, now))),
  );
  const inFlight = and(eq(jobs.status, 'waiting'), notInArray(jobs.kind, [...uncountedJobKinds]));
  const [set, rows, devices, bytes, [waiting]] = await db.run(
    build.select().from(quotas),
    build
      .select()
      .from(usage)
      .where(or(...counted)),
    heaviestOf(scope, 'devicesPerUser'),
    heaviestOf(scope, 'bytesPerUserPerMonth', monthOf(now)),
    build.select({ count: sql<number>`count(*)` }).from(jobs).where(inFlight),
  );
  const ofUsers = new Map<QuotaName, UsageRow[]>([
    ['devicesPerUser', devices],
    ['bytesPerUserPerMonth', bytes],
  ]);
  const used = new Map<QuotaName, number>(rows.map(({ name, value }) => [name, value]));
  used.set('jobsInFlight', waiting?.count ?? 0);
  return { set: new Map(set.map(({ name, most }) => [name, most])), used, ofUsers };
}

export async function getQuotas(scope: TenantScope): Promise<Quota[]> {
  const { services } = scope;
  requireWholeTenant(scope);
  const { set, used, ofUsers } = await read(scope, services.now());
  return quotaNames.map((name) => {
    const most = set.get(name) ?? services.quotas[name];
    const heaviest = ofUsers.get(name)?.map(({ key, value }) => ({
      userId: key.split(' ')[0] ?? '',
      used: value,
      share: shareOf(value, most),
    }));
    const isCounted = name !== 'apiRequestsPerMinute';
    const all = isCounted ? (heaviest?.[0]?.used ?? used.get(name) ?? 0) : null;
    const share = all === null ? null : shareOf(all, most);
    return {
      name,
      used: all,
      most,
      share,
      warning: share !== null && share >= quotaWarningShare,
      isDefault: !set.has(name),
      ...(heaviest ? { heaviest } : {}),
    };
  });
}

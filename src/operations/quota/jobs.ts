// The quota of jobs is not counted but looked up: jobs come and go without a change.

import { and, eq, notInArray } from 'drizzle-orm';
import type { NewJob } from '../../db/queue.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import { uncountedJobKinds } from '../../model/job.ts';
import type { TenantScope } from '../services.ts';
import { quotaReached, readUsage } from './count.ts';

const uncounted: readonly string[] = uncountedJobKinds;

/** @throws SallyportError `quota_reached` when so many more jobs are not to be */
export async function countJobs(scope: TenantScope, fresh: readonly NewJob[]): Promise<void> {
  const more = fresh.filter(({ kind }) => !uncounted.includes(kind)).length;
  if (more === 0) return;
  const { db } = scope;
  const [quota] = await readUsage(scope, [{ name: 'jobsInFlight' }]);
  if (!quota) return;
  const waiting = and(eq(jobs.status, 'waiting'), notInArray(jobs.kind, [...uncounted]));
  const [rows] = await db.run(
    db.build.select({ id: jobs.id }).from(jobs).where(waiting).limit(quota.most),
  );
  if (rows.length + more > quota.most) throw quotaReached('jobsInFlight', rows.length, quota.most);
}

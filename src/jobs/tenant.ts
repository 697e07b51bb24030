// Looks into one tenant's jobs: runs what is due and says when to look again.

import { hurryOutlets } from '../db/outlets.ts';
import { enqueueStandingJobs, nextJobDueAt } from '../db/queue.ts';
import { settleWakeup, takeWakeup, type Wakeup } from '../db/wakeups.ts';
import { standingJobKinds } from '../model/job.ts';
import type { Runner } from './deps.ts';
import { runDueJobs } from './due.ts';

/**
 * Runs the due jobs of a tenant whose wake-up was taken.
 * @throws SallyportError when a database is out of order; the wake-up comes due when its lease ends
 */
export async function lookAtTenant(runner: Runner, wakeup: Wakeup): Promise<void> {
  const { services, limits } = runner;
  const db = await services.tenants.open(wakeup.tenantId);
  if (!db) return;
  const now = services.now();
  await db.run(enqueueStandingJobs(db, standingJobKinds, now, now), hurryOutlets(db, now));
  await runDueJobs(runner, wakeup.tenantId, db);
  const latest = services.now() + limits.jobLookEveryMilliseconds;
  const next = (await nextJobDueAt(db)) ?? latest;
  await settleWakeup(services.directory, wakeup, Math.min(next, latest));
}

/**
 * Runs the due jobs of one tenant, up to `jobsPerLook` of them and for about `jobLookMilliseconds`,
 * and settles its wake-up; what is left over comes with the next tick. For a queue's message that
 * names a tenant: twice, late, or about a tenant that is gone does no harm.
 * @throws SallyportError when a database is out of order; let the queue deliver the message again
 */
export async function runTenantJobs(runner: Runner, tenantId: string): Promise<void> {
  const { services, limits } = runner;
  if (!(await services.tenants.open(tenantId))) return;
  const { directory, now } = services;
  const wakeup = await takeWakeup(directory, tenantId, now(), limits.wakeupLeaseMilliseconds);
  await lookAtTenant(runner, wakeup);
}

// What the clock of the jobs calls, at intervals on Node and by cron at the edge.

import { sweepWakeups, takeDueWakeups, type Wakeup } from '../db/wakeups.ts';
import type { Runner } from './deps.ts';
import { equipDirectory, runDirectoryJobs } from './directory.ts';
import { lookAtTenant } from './tenant.ts';

async function lookOrLog(runner: Runner, wakeup: Wakeup): Promise<void> {
  try {
    await lookAtTenant(runner, wakeup);
  } catch (error) {
    runner.log.error({ tenantId: wakeup.tenantId, err: error }, 'jobs.unreachable');
  }
}

/**
 * Looks into the directory's own queue, and into the tenants whose wake-ups are due, up to
 * `wakeupsPerTick` of them, a few at once. The others cost nothing: with nothing due it is two
 * statements in the directory. Two ticks at once
 * share the work. A tenant that fails is logged, and tried again when its lease ends.
 * @throws SallyportError when the directory is out of order
 */
export async function tick(runner: Runner): Promise<void> {
  const { services, limits, stopping } = runner;
  const due = await takeDueWakeups(
    services.directory,
    services.now(),
    limits.wakeupLeaseMilliseconds,
    limits.wakeupsPerTick,
  );
  const work = async (): Promise<void> => {
    for (let next = due.shift(); next && !stopping.aborted; next = due.shift())
      await lookOrLog(runner, next);
  };
  const looks = Array.from({ length: limits.jobLooksAtOnce }, work);
  await Promise.all([runDirectoryJobs(runner), ...looks]);
}

/**
 * Finds tenants that have no wake-up, in a page of `tenantsPerSweep`, and makes one that is due at
 * once, for the next tick. It opens no tenant's database. And it gives the directory's own queue
 * what it lacks.
 * @throws SallyportError when the directory is out of order
 */
export async function sweep(runner: Runner): Promise<void> {
  const { services, limits, log } = runner;
  const { directory, now } = services;
  await equipDirectory(runner);
  const found = await sweepWakeups(directory, now(), limits.tenantsPerSweep);
  if (found.length > 0) log.info({ tenants: found.length }, 'jobs.swept');
}

// Runs what is due in one queue, a tenant's or the directory's own.

import type { Database } from '../db/database.ts';
import { claimJob } from '../db/queue.ts';
import type { Runner } from './deps.ts';
import { runJob } from './run.ts';

/**
 * Runs due jobs, `jobsAtOnce` at a time so that one that waits for a service outside does not hold
 * up the others, up to `jobsPerLook` of them and for about `jobLookMilliseconds`.
 * @param tenantId undefined for the directory's own queue
 * @throws when a job could not be claimed, or its outcome not be written; the others end first
 */
export async function runDueJobs(
  runner: Runner,
  tenantId: string | undefined,
  db: Database,
): Promise<void> {
  const { services, limits, stopping } = runner;
  const ends = services.now() + limits.jobLookMilliseconds;
  const faults: unknown[] = [];
  const running = new Set<Promise<void>>();
  let left = limits.jobsPerLook;
  const note = (error: unknown) => void faults.push(error);
  const beginOne = async (): Promise<boolean> => {
    const now = services.now();
    if (stopping.aborted || now > ends || left === 0 || faults.length > 0) return false;
    const job = await claimJob(db, now, limits.jobLeaseMilliseconds).catch(note);
    if (!job) return false;
    left--;
    const run: Promise<void> = runJob(runner, { job, tenantId, db })
      .catch(note)
      .finally(() => running.delete(run));
    running.add(run);
    return true;
  };
  for (;;) {
    while (running.size < limits.jobsAtOnce && (await beginOne()));
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (faults.length > 0) throw faults[0];
}

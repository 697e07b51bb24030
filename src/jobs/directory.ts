// Looks into the directory's own queue: jobs that belong to no tenant, such as mails to those who
// sign in. It needs no wake-up, because there is one directory and every tick looks into it.

import { enqueueStandingJobs, nextJobDueAt } from '../db/queue.ts';
import { directoryJobKinds } from '../model/job.ts';
import type { Runner } from './deps.ts';
import { runDueJobs } from './due.ts';

/**
 * Runs the due jobs of the directory, as many as of a tenant at once.
 * @throws SallyportError when the directory is out of order
 */
export function runDirectoryJobs(runner: Runner): Promise<void> {
  return runDueJobs(runner, undefined, runner.services.directory);
}

/** Whether a job of the directory is due. */
export async function isDirectoryDue({ services }: Runner): Promise<boolean> {
  const dueAt = await nextJobDueAt(services.directory);
  return dueAt !== undefined && dueAt <= services.now();
}

/** Gives the directory the standing jobs that it lacks, due at once. */
export async function equipDirectory({ services: { directory, now } }: Runner): Promise<void> {
  await directory.run(enqueueStandingJobs(directory, directoryJobKinds, now(), now()));
}

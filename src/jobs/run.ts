// Runs one claimed job and writes down what came of it.

import { buryJob, finishJob, repeatJob, retryJob } from '../db/queue.ts';
import { errorCodes, SallyportError } from '../model/errors.ts';
import type { ClaimedJob, Outcome, Runner } from './deps.ts';

/** What nobody can mend by trying again. */
class Hopeless extends Error {}

/** Aborts the work's signal after a time, and does not wait for work that does not listen. */
async function within<T>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const fault = new Error(`it took longer than ${milliseconds} ms`);
      reject(fault);
      ending.abort(fault);
    }, milliseconds);
  });
  try {
    return await Promise.race([work(ending.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function perform(runner: Runner, { job, tenantId, db }: ClaimedJob): Promise<Outcome> {
  const { handlers, limits, services, outside, log } = runner;
  const handler = handlers.get(job.kind);
  if (!handler) throw new Hopeless(`this version knows no job of kind "${job.kind}"`);
  if (job.attempts > limits.jobAttempts)
    throw new Hopeless(`it was begun ${limits.jobAttempts} times and never ended`);
  const payload: unknown = JSON.parse(job.payload);
  const isLastAttempt = job.attempts >= limits.jobAttempts;
  const deps = { ...outside, db, tenantId, services, log, now: services.now, isLastAttempt };
  return within(limits.jobMilliseconds, (signal) => handler(payload, { ...deps, signal }));
}

/** How long to wait after so many failed attempts, in milliseconds: four times longer each time. */
export function retryDelay(attempts: number, limits: Runner['limits']): number {
  const delay = limits.jobRetryLeastMilliseconds * 4 ** (attempts - 1);
  return Math.min(delay, limits.jobRetryMostMilliseconds);
}

function isHopeless(error: unknown): boolean {
  if (error instanceof SallyportError) return !errorCodes[error.code].retry;
  return error instanceof Hopeless;
}

/** Writes the failure down. @returns what to call it in the log */
async function recordFailure(
  { services, limits }: Runner,
  { db, job }: ClaimedJob,
  error: unknown,
  lastError: string,
): Promise<'job.failed' | 'job.dead'> {
  const now = services.now();
  if (isHopeless(error) || job.attempts >= limits.jobAttempts) {
    await buryJob(db, job, now, lastError);
    return 'job.dead';
  }
  await retryJob(db, job, now + retryDelay(job.attempts, limits), lastError);
  return 'job.failed';
}

/**
 * Runs a claimed job to its end, whatever that is.
 * @throws only when the outcome could not be written; then the job comes due when its lease ends
 */
export async function runJob(runner: Runner, claimed: ClaimedJob): Promise<void> {
  const { services, handlers, limits, log } = runner;
  const { job, tenantId, db } = claimed;
  const started = services.now();
  const line = () => ({
    kind: job.kind,
    jobId: job.id,
    tenantId,
    attempts: job.attempts,
    milliseconds: services.now() - started,
  });
  const kind = handlers.has(job.kind) ? job.kind : 'unknown';
  let outcome: Outcome;
  try {
    outcome = await perform(runner, claimed);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const lastError = text.slice(0, limits.jobErrorLength);
    const event = await recordFailure(runner, claimed, error, lastError);
    services.metrics.jobs.add(kind, event === 'job.dead' ? 'dead' : 'failed');
    log.error({ ...line(), error: lastError }, event);
    return;
  }
  services.metrics.jobs.add(kind, outcome === 'done' ? 'done' : 'repeated');
  if (outcome === 'done') await finishJob(db, job);
  else await repeatJob(db, job, outcome.repeatAt);
  log.info(line(), 'job.done');
}

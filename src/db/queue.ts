// The queue in a database, a tenant's or the directory. A job is claimed by moving its due time
// into the future and finished by deleting it; a runner that crashed did nothing, and the job comes
// due again.

import { and, asc, eq, inArray, lte, min, sql } from 'drizzle-orm';
import { limits } from '../model/limits.ts';
import type { Database, Query } from './database.ts';
import { jobs } from './schema/tenant-outlets.ts';

export type Job = typeof jobs.$inferSelect;

export interface NewJob {
  id: string;
  kind: string;
  /** Becomes JSON. Never a secret in clear: whoever runs the job looks it up. */
  payload: Readonly<Record<string, unknown>>;
  /** Unix time in milliseconds, as all times here. */
  dueAt: number;
  createdAt: number;
}

function rowOf({ payload, ...job }: NewJob) {
  return { ...job, payload: JSON.stringify(payload), status: 'waiting' as const, attempts: 0 };
}

/** A write that enqueues a job, for the batch of the change that causes it. */
export function enqueueJob(db: Database, job: NewJob) {
  return db.build.insert(jobs).values(rowOf(job));
}

/**
 * A write that gives the tenant, or the directory, the standing jobs it lacks. One that died gets
 * another chance after `limits.jobRevivalMilliseconds`: nobody is left without it for ever.
 */
export function enqueueStandingJobs(
  db: Database,
  kinds: readonly string[],
  now: number,
  dueAt: number,
): Query {
  const revivedIfDeadAt = now - limits.jobRevivalMilliseconds;
  const all = kinds.map((kind) => rowOf({ id: kind, kind, payload: {}, dueAt, createdAt: now }));
  return db.build
    .insert(jobs)
    .values(all)
    .onConflictDoUpdate({
      target: jobs.id,
      set: { status: 'waiting', dueAt, attempts: 0 },
      setWhere: sql`${jobs.status} = 'dead' and ${jobs.dueAt} <= ${revivedIfDeadAt}`,
    });
}

/**
 * Claims the job that has been due for longest, if any: until the lease ends nobody else gets it.
 * Its attempts already count this one.
 */
export async function claimJob(
  db: Database,
  now: number,
  leaseMilliseconds: number,
): Promise<Job | undefined> {
  const first = db.build
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.status, 'waiting'), lte(jobs.dueAt, now)))
    .orderBy(asc(jobs.dueAt))
    .limit(1);
  const [[job]] = await db.run(
    db.build
      .update(jobs)
      .set({ dueAt: now + leaseMilliseconds, attempts: sql`${jobs.attempts} + 1` })
      .where(inArray(jobs.id, first))
      .returning(),
  );
  return job;
}

/** Only of the claim at hand: a runner that comes back after its lease changes nothing. */
function claimed({ id, dueAt, attempts }: Job) {
  return and(eq(jobs.id, id), eq(jobs.dueAt, dueAt), eq(jobs.attempts, attempts));
}

/** Deletes a claimed job: it is done. */
export async function finishJob(db: Database, job: Job): Promise<void> {
  await db.run(db.build.delete(jobs).where(claimed(job)));
}

/** Lets a claimed job come due again, as good as new. */
export async function repeatJob(db: Database, job: Job, dueAt: number): Promise<void> {
  const set = { dueAt, attempts: 0, lastError: null };
  await db.run(db.build.update(jobs).set(set).where(claimed(job)));
}

/** Lets a claimed job that failed come due again. */
export async function retryJob(
  db: Database,
  job: Job,
  dueAt: number,
  lastError: string,
): Promise<void> {
  await db.run(db.build.update(jobs).set({ dueAt, lastError }).where(claimed(job)));
}

/** Gives a claimed job up. It stays, to be seen. */
export async function buryJob(
  db: Database,
  job: Job,
  now: number,
  lastError: string,
): Promise<void> {
  const set = { status: 'dead' as const, dueAt: now, lastError };
  await db.run(db.build.update(jobs).set(set).where(claimed(job)));
}

/** Deletes jobs that died until then, `limits.pruneRowsPerBatch` at most. */
export function deleteDeadJobs({ build }: Database, until: number) {
  const dead = and(eq(jobs.status, 'dead'), lte(jobs.dueAt, until));
  const old = build.select({ id: jobs.id }).from(jobs).where(dead).limit(limits.pruneRowsPerBatch);
  return build.delete(jobs).where(inArray(jobs.id, old)).returning({ id: jobs.id });
}

/** When the next job comes due or its lease ends; undefined when none waits. */
export async function nextJobDueAt(db: Database): Promise<number | undefined> {
  const query = db.build.select({ dueAt: min(jobs.dueAt) }).from(jobs);
  const [[next]] = await db.run(query.where(eq(jobs.status, 'waiting')));
  return next?.dueAt ?? undefined;
}

// What a handler gets, and what running jobs takes. The outside services that handlers will need
// join `JobDeps`; the runtime brings the real ones, tests bring others.

import type { Database } from '../db/database.ts';
import type { Job } from '../db/queue.ts';
import type { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import type { Services } from '../operations/services.ts';

export interface JobDeps {
  /** The tenant's database. */
  db: Database;
  tenantId: string;
  /** Unix time in milliseconds. */
  now(): number;
  /** Aborts when the job has taken too long: it counts as failed and will run again. */
  signal: AbortSignal;
}

/** How a job ended: done for good, or to be run again at a time (Unix milliseconds). */
export type Outcome = 'done' | { repeatAt: number };

/**
 * Runs one kind of job. It may run twice, at once or one after the other, and then does what once
 * would have done.
 * @param payload what was enqueued, not yet checked
 * @throws whatever went wrong; a SallyportError whose code says that trying again is of no use
 * ends the job
 */
export type Handler = (payload: unknown, deps: JobDeps) => Promise<Outcome>;

/** Handlers by kind. */
export type Handlers = ReadonlyMap<string, Handler>;

export interface Runner {
  services: Services;
  handlers: Handlers;
  log: Log;
  limits: Readonly<Record<keyof typeof limits, number>>;
  /** Aborts when the process wants to end: what runs goes on, nothing new begins. */
  stopping: AbortSignal;
}

/** A job that a runner has claimed. */
export interface ClaimedJob {
  job: Job;
  tenantId: string;
  db: Database;
}

// Real databases, a clock that stands still, and a runner with the handlers of the test.

import { createClient } from '@libsql/client';
import { asc } from 'drizzle-orm';
import { onTestFinished } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import type { Statement } from '../../src/db/driver.ts';
import { enqueueJob, type Job } from '../../src/db/queue.ts';
import { jobWakeups } from '../../src/db/schema/directory.ts';
import { jobs } from '../../src/db/schema/tenant-outlets.ts';
import { armWakeup } from '../../src/db/wakeups.ts';
import type { Handler, JobDeps, Outside, Runner } from '../../src/jobs/deps.ts';
import { newId } from '../../src/model/ids.ts';
import { limits } from '../../src/model/limits.ts';
import { noOrigin } from '../../src/model/origin.ts';
import type { Services } from '../../src/operations/services.ts';
import { createTenant } from '../../src/operations/tenant/create.ts';
import { readSettings } from '../../src/runtimes/config.ts';
import { createNodeServices, type Tap } from '../../src/runtimes/node-services.ts';
import { temporaryDirectory } from '../control-plane.ts';

export const start = 1_800_000_000_000;
export const dayMilliseconds = 24 * 3_600_000;

export interface LogLine extends Record<string, unknown> {
  message: string;
}

export interface World {
  data: string;
  services: Services;
  statements: Statement[];
  logs: LogLine[];
  /** Unix time in milliseconds. */
  clock: { now: number };
  /** A runner that shares databases, clock and log with the others of this world. */
  runner(
    handlers: Record<string, Handler>,
    changed?: Partial<Runner['limits']>,
    outside?: Partial<Outside>,
  ): Runner;
  /** A tenant whose standing jobs are due in a year, so that they stay out of the way. */
  tenant(): Promise<{ id: string; db: Database }>;
}

/** Services outside that a test did not bring. */
export const nobody: Outside = {
  mail: { send: () => Promise.reject(new Error('no mail server')) },
  webhooks: { deliver: () => Promise.reject(new Error('no receiver')) },
  syslog: { send: () => Promise.reject(new Error('no syslog server')) },
};

/** What a handler is called with by itself, without a runner. */
export function depsOf(
  { services, clock }: World,
  { id, db }: { id: string | undefined; db: Database },
): JobDeps {
  return {
    ...nobody,
    db,
    tenantId: id,
    services,
    log: { info: () => undefined, error: () => undefined },
    now: () => clock.now,
    signal: new AbortController().signal,
    isLastAttempt: false,
  };
}

const year = 365 * dayMilliseconds;

/** @param environment settings that name a database server; without them databases are files */
export async function createWorld(environment: Record<string, string> = {}): Promise<World> {
  const data = temporaryDirectory();
  const statements: Statement[] = [];
  const logs: LogLine[] = [];
  const clock = { now: start };
  const tap: Tap = (driver) => ({
    batch(batch, mode) {
      statements.push(...batch);
      return driver.batch(batch, mode);
    },
    exclusively: (work) => driver.exclusively(work),
    close: () => driver.close(),
  });
  const settings = readSettings({ SALLYPORT_DATA: data, ...environment });
  const probes = { tap, now: () => clock.now };
  const { services, close } = await createNodeServices(settings, 'http://control.test', probes);
  onTestFinished(close);
  const write = (fields: object, message: string) => void logs.push({ ...fields, message });
  let count = 0;
  return {
    data,
    services,
    statements,
    logs,
    clock,
    runner: (handlers, changed = {}, outside = {}) => ({
      services,
      outside: { ...nobody, ...outside },
      handlers: new Map(Object.entries(handlers)),
      log: { info: write, error: write },
      limits: { ...limits, ...changed },
      stopping: new AbortController().signal,
    }),
    async tenant() {
      const slug = `t${++count}-${newId('job', services.random).slice(2)}`;
      const input = { name: slug, slug, owner: { name: 'Owner' } };
      const caller = { services, origin: noOrigin, principal: { kind: 'operator' as const } };
      const { tenant } = await createTenant(caller, input);
      const db = await services.tenants.open(tenant.id);
      if (!db) throw new Error('no database');
      await db.run(db.build.update(jobs).set({ dueAt: start + year }));
      return { id: tenant.id, db };
    },
  };
}

/** Enqueues a job of kind `test` and wakes its tenant, as an operation does. */
export async function enqueue(
  { services, clock }: World,
  { id, db }: { id: string; db: Database },
  job: { id: string; kind?: string; dueAt?: number },
): Promise<void> {
  const dueAt = job.dueAt ?? clock.now;
  const row = { kind: 'test', payload: {}, createdAt: clock.now, ...job, dueAt };
  await db.run(enqueueJob(db, row));
  await services.directory.run(armWakeup(services.directory, id, dueAt));
}

/** The tenant's jobs but the standing ones. */
export async function jobsOf({ db }: { db: Database }): Promise<Job[]> {
  const [rows] = await db.run(db.build.select().from(jobs).orderBy(asc(jobs.id)));
  return rows.filter(({ id, kind }) => id !== kind);
}

/** When each tenant is looked at next. */
export async function wakeupsOf({ services: { directory } }: World): Promise<Map<string, number>> {
  const [rows] = await directory.run(directory.build.select().from(jobWakeups));
  return new Map(rows.map(({ tenantId, dueAt }) => [tenantId, dueAt]));
}

export async function plansOf(path: string, statements: readonly Statement[]): Promise<string[]> {
  const client = createClient({ url: `file:${path}`, intMode: 'number' });
  const plans: string[] = [];
  for (const { sql, args } of statements) {
    const { rows } = await client.execute({ sql: `explain query plan ${sql}`, args });
    plans.push(...rows.map((row) => String(row.detail)));
  }
  client.close();
  return plans;
}

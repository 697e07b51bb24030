// The jobs of a tenant's outlets, its webhooks and its syslog server: one each, whose id says
// whose.

import { type SQL, sql } from 'drizzle-orm';
import { limits } from '../model/limits.ts';
import type { Database } from './database.ts';
import { revisions } from './schema/tenant.ts';
import { jobs, syslog, webhooks } from './schema/tenant-outlets.ts';

const head = sql`(select max(${revisions.number}) from ${revisions})`;
const webhookJob = sql`'webhook:' || ${webhooks.id}`;

/** The job of each outlet that is behind, as rows of `jobs`. */
function jobsOfOutlets(now: number): SQL {
  const waiting = sql`'waiting', ${now}, 0, null, ${now}`;
  const payload = sql`json_object('webhookId', ${webhooks.id})`;
  return sql`
    select ${webhookJob}, 'webhook', ${payload}, ${waiting} from ${webhooks}
      where ${webhooks.enabled} = 1 and ${webhooks.cursor} < ${head}
    union all
    select 'syslog', 'syslog', '{}', ${waiting} from ${syslog}
      where ${syslog.enabled} = 1 and ${syslog.cursor} < ${head}`;
}

/**
 * A write that lets the job of each outlet that is behind come due, and makes those that are not
 * there. One that runs, or waits because its receiver failed, is left alone.
 */
export function hurryOutlets(db: Database, now: number) {
  const failures = sql`coalesce(
    (select ${webhooks.failures} from ${webhooks} where ${webhookJob} = ${jobs.id}),
    (select ${syslog.failures} from ${syslog} where ${jobs.id} = 'syslog'), 0)`;
  const revivedIfDeadAt = now - limits.jobRevivalMilliseconds;
  const isIdle = sql`${jobs.status} = 'waiting' and ${jobs.attempts} = 0 and ${failures} = 0`;
  const isDead = sql`${jobs.status} = 'dead' and ${jobs.dueAt} <= ${revivedIfDeadAt}`;
  return db.build
    .insert(jobs)
    .select(jobsOfOutlets(now))
    .onConflictDoUpdate({
      target: jobs.id,
      set: { status: 'waiting', dueAt: sql`min(${jobs.dueAt}, ${now})`, attempts: 0 },
      setWhere: sql`(${isIdle}) or (${isDead})`,
    });
}

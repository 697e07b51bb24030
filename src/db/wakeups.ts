// The directory's wake-ups: when to look into which tenant's jobs. They are hints about another
// database, so they are written with care and never trusted: looking too early costs a look, and a
// wake-up is never put off for longer than `limits.jobLookEveryMilliseconds`.

import { asc, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { jobSweep, jobWakeups, tenants } from './schema/directory.ts';

/** A wake-up that somebody took: until its lease ends nobody else looks there. */
export interface Wakeup {
  tenantId: string;
  turn: number;
}

const nextTurn = sql`${jobWakeups.turn} + 1`;
const taken = { tenantId: jobWakeups.tenantId, turn: jobWakeups.turn };

/**
 * A write that brings a tenant's wake-up forward, or makes it. It runs right after the batch that
 * enqueued a job.
 * @param dueAt Unix time in milliseconds, as all times here
 */
export function armWakeup(directory: Database, tenantId: string, dueAt: number) {
  return directory.build
    .insert(jobWakeups)
    .values({ tenantId, dueAt, turn: 0 })
    .onConflictDoUpdate({
      target: jobWakeups.tenantId,
      set: { dueAt: sql`min(${jobWakeups.dueAt}, excluded.due_at)`, turn: nextTurn },
    });
}

/** Takes the wake-ups that have been due for longest, `most` of them. */
export async function takeDueWakeups(
  directory: Database,
  now: number,
  leaseMilliseconds: number,
  most: number,
): Promise<Wakeup[]> {
  const due = directory.build
    .select({ tenantId: jobWakeups.tenantId })
    .from(jobWakeups)
    .where(lte(jobWakeups.dueAt, now))
    .orderBy(asc(jobWakeups.dueAt))
    .limit(most);
  const [rows] = await directory.run(
    directory.build
      .update(jobWakeups)
      .set({ dueAt: now + leaseMilliseconds, turn: nextTurn })
      .where(inArray(jobWakeups.tenantId, due))
      .returning(taken),
  );
  return rows;
}

/** Takes one tenant's wake-up, due or not. */
export async function takeWakeup(
  directory: Database,
  tenantId: string,
  now: number,
  leaseMilliseconds: number,
): Promise<Wakeup> {
  const dueAt = now + leaseMilliseconds;
  const [[row]] = await directory.run(
    directory.build
      .insert(jobWakeups)
      .values({ tenantId, dueAt, turn: 0 })
      .onConflictDoUpdate({ target: jobWakeups.tenantId, set: { dueAt, turn: nextTurn } })
      .returning(taken),
  );
  return row ?? { tenantId, turn: 0 };
}

/**
 * Says when to look again. If somebody wrote the wake-up since it was taken, they may know of a job
 * that we did not see: then the earlier time counts.
 */
export async function settleWakeup(
  directory: Database,
  { tenantId, turn }: Wakeup,
  dueAt: number,
): Promise<void> {
  const earlier = sql`min(${jobWakeups.dueAt}, ${dueAt})`;
  const set = {
    dueAt: sql`case when ${jobWakeups.turn} = ${turn} then ${dueAt} else ${earlier} end`,
    turn: nextTurn,
  };
  const query = directory.build.update(jobWakeups).set(set);
  await directory.run(query.where(eq(jobWakeups.tenantId, tenantId)));
}

/** The tenant after which the next sweep goes on; empty at the start of a round. */
async function readCursor(directory: Database): Promise<string> {
  const [[row]] = await directory.run(directory.build.select().from(jobSweep));
  return row?.cursor ?? '';
}

/** The next `most` tenants of the directory: which of them have no wake-up, and where it ended. */
async function readPage(directory: Database, cursor: string, most: number) {
  const query = directory.build
    .select({ id: tenants.id, wakeup: jobWakeups.tenantId })
    .from(tenants)
    .leftJoin(jobWakeups, eq(jobWakeups.tenantId, tenants.id));
  const after = query.where(gt(tenants.id, cursor)).orderBy(asc(tenants.id)).limit(most);
  const [page] = await directory.run(after);
  const end = page.length < most ? '' : (page.at(-1)?.id ?? '');
  return { end, lost: page.filter(({ wakeup }) => wakeup === null).map(({ id }) => id) };
}

/**
 * Goes over the next `most` tenants and wakes those that have no wake-up. The cursor is kept, so
 * that sweeps, whoever runs them, get round to every tenant. Two at once do the same page twice.
 * @returns the tenants that it found
 */
export async function sweepWakeups(
  directory: Database,
  now: number,
  most: number,
): Promise<string[]> {
  const cursor = await readCursor(directory);
  const { end, lost } = await readPage(directory, cursor, most);
  const [first, ...rest] = lost.map((tenantId) => armWakeup(directory, tenantId, now));
  if (first) await directory.run(first, ...rest);
  if (end !== cursor) {
    const save = directory.build.insert(jobSweep).values({ id: 1, cursor: end });
    await directory.run(save.onConflictDoUpdate({ target: jobSweep.id, set: { cursor: end } }));
  }
  return lost;
}

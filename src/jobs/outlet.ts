// What the jobs of webhooks and of syslog have in common: they send the log on from where they are,
// in order, and move on only when it has arrived. So each revision arrives at least once, and no
// gap is possible; after a fault some arrive again.

import { asc, desc, gt } from 'drizzle-orm';
import type { Query } from '../db/database.ts';
import { revisions } from '../db/schema/tenant.ts';
import type { webhooks } from '../db/schema/tenant-outlets.ts';
import { limits } from '../model/limits.ts';
import type { Revision } from '../model/revision.ts';
import { revisionView } from '../operations/audit/view.ts';
import type { JobDeps, Outcome } from './deps.ts';

type State = Pick<
  typeof webhooks.$inferSelect,
  'cursor' | 'failures' | 'failingSince' | 'lastError' | 'deliveredAt'
>;

export interface Outlet extends State {
  /** Which one set it up as it is. */
  revision: number;
  /** What the log calls it. */
  name: string;
  /** How many revisions it takes at a time. */
  page: number;
  /**
   * How many revisions it sends again once its receiver was away: what a receiver without receipts
   * had taken last it may have lost.
   */
  again: number;
  /** Sends these and says after each delivery how far it has come. */
  send(news: readonly Revision[], arrived: (cursor: number) => Promise<void>): Promise<void>;
  /** Writes its state. @param cursor only where it is below that */
  write(state: Partial<State>, cursor?: number): Query;
  /** Whether to give it up, after a failure. */
  isOver(failure: { error: unknown; message: string; failingSince: number }): Promise<boolean>;
}

async function readNews({ db }: JobDeps, cursor: number, most: number) {
  const { number, at } = revisions;
  const [rows, [head]] = await db.run(
    db.build.select().from(revisions).where(gt(number, cursor)).orderBy(asc(number)).limit(most),
    db.build.select({ at }).from(revisions).orderBy(desc(number)).limit(1),
  );
  return { news: rows.map(revisionView), headAt: head?.at ?? 0 };
}

/** When to look again for what nobody told of: after as long as it has been quiet. */
function nextLook(now: number, headAt: number): number {
  const { outletLookLeastMilliseconds: least, outletLookMostMilliseconds: most } = limits;
  return now + Math.min(Math.max(now - headAt, least), most);
}

/** How long to wait after so many failures in a row: four times longer each time. */
function retryAfter(failures: number): number {
  const delay = limits.outletRetryLeastMilliseconds * 4 ** Math.min(failures - 1, 20);
  return Math.min(delay, limits.outletRetryMostMilliseconds);
}

/** Where it goes on from when its receiver comes back, not before what it was set up by. */
function goneBack({ cursor, revision, again }: Outlet): number {
  return Math.max(cursor - again, Math.min(cursor, revision - 1));
}

async function fail(deps: JobDeps, outlet: Outlet, error: unknown): Promise<Outcome> {
  const { db, log, now, tenantId } = deps;
  const text = error instanceof Error ? error.message : String(error);
  const message = text.slice(0, limits.jobErrorLength);
  const failures = outlet.failures + 1;
  const failingSince = outlet.failingSince ?? now();
  const state = { failures, failingSince, lastError: message };
  const cursor = outlet.failures === 0 ? goneBack(outlet) : outlet.cursor;
  // Another run may have come further: what is not gone back from is not written.
  const back = cursor === outlet.cursor ? {} : { cursor };
  await db.note(outlet.write({ ...state, ...back }));
  log.error({ tenantId, outlet: outlet.name, failures, error: message }, 'outlet.failed');
  if (await outlet.isOver({ error, message, failingSince })) return 'done';
  return { repeatAt: now() + retryAfter(failures) };
}

async function sendAll(deps: JobDeps, outlet: Outlet): Promise<Outcome> {
  const { db, now, signal } = deps;
  const ends = now() + limits.outletRunMilliseconds;
  const arrived = async (cursor: number): Promise<void> => {
    signal.throwIfAborted();
    const state = { cursor, failures: 0, failingSince: null, lastError: null, deliveredAt: now() };
    // Forwards only: of two runs at once, the one that is behind moves nothing.
    await db.note(outlet.write(state, cursor));
    Object.assign(outlet, state);
  };
  for (;;) {
    const { news, headAt } = await readNews(deps, outlet.cursor, outlet.page);
    if (news.length === 0) return { repeatAt: nextLook(now(), headAt) };
    if (now() >= ends) return { repeatAt: now() };
    await outlet.send(news, arrived);
  }
}

/** Sends the log on until the outlet has caught up, or for `outletRunMilliseconds`. */
export async function runOutlet(deps: JobDeps, outlet: Outlet): Promise<Outcome> {
  try {
    return await sendAll(deps, outlet);
  } catch (error) {
    return fail(deps, outlet, error);
  }
}

// The only way to write a change. A change is one batch whose first row is the next revision; the
// primary key of that row is the lock: of two writers at once, one rolls back and tries again.

import { desc, eq } from 'drizzle-orm';
import { toHex, toUtf8 } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Origin } from '../model/origin.ts';
import type { Operation } from '../model/permissions.ts';
import { revisionHashInput, type Summary } from '../model/revision.ts';
import type { Database, Query } from './database.ts';
import { ConstraintError } from './driver.ts';
import { prepared, preparedInsert } from './prepared.ts';
import { revisions } from './schema/tenant.ts';

/** Who changes what, for the log. */
export interface Author {
  actor: string;
  operation: Operation;
  /** Where the request came from. */
  origin: Origin;
  /** Unix time in milliseconds. */
  at: number;
}

/** What a decision comes to: the rows to write, and what the caller gets. */
export interface Decision<T> {
  subject: string;
  /** Never a secret: it is read by auditors. */
  summary: Summary;
  writes: Query[];
  result: T;
}

/** Hash before the first revision. */
const genesis = '0'.repeat(64);

async function sha256(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', toUtf8(text))));
}

/** The hash of a revision, which covers the one before it. */
export async function revisionHash(
  previousHash: string,
  row: Omit<typeof revisions.$inferSelect, 'hash'>,
): Promise<string> {
  return sha256(revisionHashInput(previousHash, { ...row, at: new Date(row.at).toISOString() }));
}

const newest = prepared((build) =>
  build
    .select({ number: revisions.number, hash: revisions.hash })
    .from(revisions)
    .orderBy(desc(revisions.number))
    .limit(1),
);
const insertRevision = preparedInsert(revisions);

async function head(db: Database): Promise<{ number: number; hash: string }> {
  const [[last]] = await db.run(newest({}));
  return last ?? { number: 0, hash: genesis };
}

/** Losers of a race come back at different times, each loss later, so that nobody starves. */
function pause(losses: number): Promise<void> {
  const most = Math.min(2 ** losses, limits.changePauseMostMilliseconds);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}

function isClash(error: unknown): boolean {
  return error instanceof ConstraintError && error.columns === 'revisions.number';
}

/**
 * Whether the batch went through although its answer got lost on the way: then the revision of that
 * number has our hash, which nobody else can have made.
 */
async function isWritten(
  db: Database,
  error: unknown,
  number: number,
  hash: string,
): Promise<boolean> {
  if (!(error instanceof SallyportError) || error.code !== 'busy') return false;
  const query = db.build.select({ hash: revisions.hash }).from(revisions);
  const [[written]] = await db.run(query.where(eq(revisions.number, number)));
  return written?.hash === hash;
}

async function attempt<T>(
  db: Database,
  author: Author,
  decide: (number: number) => Promise<Decision<T>>,
): Promise<T> {
  const last = await head(db);
  const number = last.number + 1;
  // Everything is read after the head: whatever changes meanwhile takes this number first.
  const { subject, summary, writes, result } = await decide(number);
  const { origin, ...by } = author;
  const row = { number, ...by, ...origin, subject, summary };
  const hash = await revisionHash(last.hash, row);
  try {
    await db.run(insertRevision({ ...row, hash }), ...writes);
  } catch (error) {
    if (!(await isWritten(db, error, number, hash))) throw error;
  }
  return result;
}

/**
 * Makes a change: `decide` reads what it needs and says what to write, given the number that the
 * change will have. It may run several times and must not do anything else.
 * @throws whatever `decide` throws; ConstraintError when a write breaks another rule;
 * SallyportError `busy` after `limits.changeAttempts` lost races
 */
export async function change<T>(
  db: Database,
  author: Author,
  decide: (number: number) => Promise<Decision<T>>,
): Promise<T> {
  return db.exclusively(async () => {
    for (let tries = 0; tries < limits.changeAttempts; tries++) {
      try {
        return await attempt(db, author, decide);
      } catch (error) {
        if (!isClash(error)) throw error;
        await pause(tries);
      }
    }
    throw new SallyportError('busy', 'Too many changes at once in this tenant.', {
      wayOut: 'Try again in a moment.',
    });
  });
}

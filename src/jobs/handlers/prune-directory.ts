// pruneDirectory: deletes what nobody needs to see any more in the directory, a bounded batch at a
// time, every day.

import { inArray, lte, or } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { deleteDeadJobs } from '../../db/queue.ts';
import { challenges, idempotencyKeys, sessions } from '../../db/schema/directory.ts';
import { limits } from '../../model/limits.ts';
import type { Handler } from '../deps.ts';

const hourMilliseconds = 3_600_000;
const dayMilliseconds = 24 * hourMilliseconds;

function deleteOldAnswers({ build }: Database, now: number) {
  const { hash, createdAt } = idempotencyKeys;
  const limit = now - limits.idempotencyKeptHours * hourMilliseconds;
  const query = build.select({ hash }).from(idempotencyKeys).where(lte(createdAt, limit));
  const old = query.limit(limits.pruneRowsPerBatch);
  return build.delete(idempotencyKeys).where(inArray(hash, old)).returning({ id: hash });
}

function deleteChallenges({ build }: Database, now: number) {
  const { id, expiresAt } = challenges;
  const query = build.select({ id }).from(challenges).where(lte(expiresAt, now));
  const old = query.limit(limits.pruneRowsPerBatch);
  return build.delete(challenges).where(inArray(id, old)).returning({ id });
}

function deleteSessions({ build }: Database, now: number) {
  const { id, expiresAt, seenAt } = sessions;
  const over = or(lte(expiresAt, now), lte(seenAt, now - limits.sessionIdleMilliseconds));
  const query = build.select({ id }).from(sessions).where(over);
  const old = query.limit(limits.pruneRowsPerBatch);
  return build.delete(sessions).where(inArray(id, old)).returning({ id });
}

export const pruneDirectory: Handler = async (_payload, { db, now }) => {
  const batches = await db.run(
    deleteDeadJobs(db, now() - limits.deadJobKeptDays * dayMilliseconds),
    deleteOldAnswers(db, now()),
    deleteChallenges(db, now()),
    deleteSessions(db, now()),
  );
  const isMore = batches.some((rows) => rows.length === limits.pruneRowsPerBatch);
  return { repeatAt: isMore ? now() : now() + limits.pruneEveryMilliseconds };
};

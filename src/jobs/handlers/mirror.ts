// tenant.mirror: lets the directory follow the tenant's row, soon after a change and every day.
// What a crash or a restored backup has parted comes together here.

import { sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { enqueueJob } from '../../db/queue.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import { limits } from '../../model/limits.ts';
import { dropJobKind } from '../../operations/tenant/delete.ts';
import { mirrorTenant } from '../../operations/tenant/mirror.ts';
import type { Handler } from '../deps.ts';

/** A tenant that shall go is not forgotten because its job died. */
function dropAgain(db: Database, dueAt: number, createdAt: number) {
  const job = { id: dropJobKind, kind: dropJobKind, payload: {}, dueAt, createdAt };
  return enqueueJob(db, job).onConflictDoUpdate({
    target: jobs.id,
    set: { status: 'waiting', dueAt, attempts: 0 },
    setWhere: sql`${jobs.status} = 'dead'`,
  });
}

export const mirror: Handler = async (_payload, { db, services, now }) => {
  const row = await mirrorTenant(services, db);
  if (row?.status === 'deleting') await db.run(dropAgain(db, row.deleteAt ?? now(), now()));
  return { repeatAt: now() + limits.mirrorEveryMilliseconds };
};

// sealing.renew, for the operator: everything sealed is sealed again with the newest key, by a job
// in every database.

import type { Database } from '../../db/database.ts';
import { enqueueJob } from '../../db/queue.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import { armWakeup } from '../../db/wakeups.ts';
import type { Sealing } from '../../model/sealing.ts';
import type { Listing } from '../page.ts';
import type { Caller } from '../services.ts';
import type { TenantPage } from '../tenant/list.ts';
import { listSealing } from './list.ts';

/** One job in each database: its id is its kind. */
export const resealJobKind = 'sealing.renew';

/** Of a page of databases. A job that is there already begins anew. */
export async function renewSealing(caller: Caller, page: TenantPage): Promise<Listing<Sealing>> {
  const { directory, now, wake } = caller.services;
  const dueAt = now();
  const job = { id: resealJobKind, kind: resealJobKind, payload: {}, dueAt, createdAt: dueAt };
  return listSealing(caller, page, async (db: Database, tenantId) => {
    const set = { status: 'waiting' as const, dueAt, attempts: 0 };
    await db.run(enqueueJob(db, job).onConflictDoUpdate({ target: jobs.id, set }));
    // A hint: when it cannot be written, the next regular look finds the job.
    if (tenantId !== null)
      await directory.run(armWakeup(directory, tenantId, dueAt)).catch(() => undefined);
    wake(tenantId ?? undefined);
  });
}

// tenant.delete and tenant.restore: a tenant goes only after some days in which it can come back.

import { eq } from 'drizzle-orm';
import { revisions } from '../../db/schema/tenant.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { Tenant, TenantStatus } from '../../model/tenant.ts';
import type { TenantScope } from '../services.ts';
import { changeTenant } from './change.ts';
import type { TenantRow } from './view.ts';

/** One job, whatever happens: its id is its kind. */
export const dropJobKind = 'tenant.drop';

const graceMilliseconds = limits.tenantDeletionGraceDays * 24 * 3_600_000;

export async function deleteTenant(scope: TenantScope): Promise<Tenant> {
  const createdAt = scope.services.now();
  const deleteAt = createdAt + graceMilliseconds;
  return changeTenant(scope, 'tenant.delete', (row) => {
    if (row.status === 'deleting') return undefined;
    return {
      set: { status: 'deleting', deleteAt },
      summary: { deleteAt: new Date(deleteAt).toISOString(), before: row.status },
      jobs: [{ id: dropJobKind, kind: dropJobKind, payload: {}, dueAt: deleteAt, createdAt }],
    };
  });
}

/** A suspension outlives a deletion: its log says what was before. */
async function statusBefore({ db }: TenantScope, row: TenantRow): Promise<TenantStatus> {
  const query = db.build.select({ summary: revisions.summary }).from(revisions);
  const [[deletion]] = await db.run(query.where(eq(revisions.number, row.revision)));
  return deletion?.summary.before === 'suspended' ? 'suspended' : 'active';
}

export async function restoreTenant(scope: TenantScope): Promise<Tenant> {
  const { db, services } = scope;
  return changeTenant(scope, 'tenant.restore', async (row) => {
    if (row.status !== 'deleting') return undefined;
    if ((row.deleteAt ?? 0) <= services.now())
      throw new SallyportError('tenant_deleting', 'The day of this tenant has come.', {
        wayOut: 'It is too late; the operator may have a backup.',
      });
    const status = await statusBefore(scope, row);
    return {
      set: { status, deleteAt: null },
      summary: { status },
      writes: [db.build.delete(jobs).where(eq(jobs.id, dropJobKind))],
    };
  });
}

// The directory repeats a tenant's name and status, for lists. The tenant's own row decides.

import { and, eq, ne, or } from 'drizzle-orm';
import type { Database, Query } from '../../db/database.ts';
import { tenants } from '../../db/schema/directory.ts';
import { tenant } from '../../db/schema/tenant.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import type { Services, TenantScope } from '../services.ts';
import type { TenantRow } from './view.ts';

/** Lets the directory follow the tenant's row. @returns the row, if there is one */
export async function mirrorTenant(
  { directory }: Services,
  db: Database,
): Promise<TenantRow | undefined> {
  const [[row]] = await db.run(db.build.select().from(tenant));
  if (!row) return undefined;
  const { id, name, status } = row;
  const differs = or(ne(tenants.name, name), ne(tenants.status, status));
  const update = directory.build.update(tenants).set({ name, status });
  await directory.run(update.where(and(eq(tenants.id, id), differs)));
  return row;
}

/** For the batch of a change: whatever becomes of us after it, the tenant's job will follow it. */
export function mirrorLater({ db, services }: TenantScope): Query {
  const soon = { dueAt: services.now() };
  return db.build.update(jobs).set(soon).where(eq(jobs.id, 'tenant.mirror'));
}

/** After a change of the tenant's row: it counts at once here, and in seconds elsewhere. */
export async function tellOfTenant({ services, tenantId, db }: TenantScope): Promise<void> {
  services.standingCache.delete(tenantId);
  // The tenant's job makes up for it when the directory is away.
  await mirrorTenant(services, db).catch(() => undefined);
}

// tenant.drop: the end of a tenant whose days of grace are over. One batch in the directory takes
// it from there and enqueues the removal of its database, so that a crash leaves it either a tenant
// or a database whose removal is due.

import { eq } from 'drizzle-orm';
import { tenants } from '../../db/schema/directory.ts';
import { gateways, tenant } from '../../db/schema/tenant.ts';
import { dropDatabaseJob } from '../../operations/tenant/create.ts';
import { ofTenant } from '../of-tenant.ts';

export const drop = ofTenant(async (_payload, { db, services, tenantId, now }) => {
  const { directory, hub } = services;
  const [[row], served] = await db.run(
    db.build.select().from(tenant),
    db.build.select({ id: gateways.id }).from(gateways),
  );
  if (row?.status !== 'deleting' || row.deleteAt === null) return 'done';
  if (row.deleteAt > now()) return { repeatAt: row.deleteAt };
  // Memberships and the wake-up go with the row.
  await directory.run(
    dropDatabaseJob(services, tenantId, now()),
    directory.build.delete(tenants).where(eq(tenants.id, tenantId)),
  );
  services.standingCache.delete(tenantId);
  await Promise.all(served.map(({ id }) => hub.forget({ tenantId, gatewayId: id })));
  services.wake(undefined);
  return 'done';
});

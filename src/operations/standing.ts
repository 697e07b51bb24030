// How a tenant stands: read with whatever else has to be read to let somebody in, kept for seconds.

import { eq, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { quotas, tenant } from '../db/schema/tenant.ts';
import { syslog, webhooks } from '../db/schema/tenant-outlets.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Services, Standing } from './services.ts';

const hasOutlets = sql<number>`
  exists (select 1 from ${webhooks} where ${webhooks.enabled} = 1) or
  exists (select 1 from ${syslog} where ${syslog.enabled} = 1)`;

/** The queries that `standingFrom` wants the rows of. */
export function standingQueries(db: Database) {
  return [
    db.build.select({ status: tenant.status, policy: tenant.policy, hasOutlets }).from(tenant),
    db.build.select().from(quotas).where(eq(quotas.name, 'apiRequestsPerMinute')),
  ] as const;
}

/** Keeps and gives what the rows say. */
export function standingFrom(
  services: Services,
  tenantId: string,
  [self]: readonly (Pick<Standing, 'status' | 'policy'> & { hasOutlets: number })[],
  [quota]: readonly { most: number }[],
): Standing {
  if (!self) throw new SallyportError('internal', `Tenant ${tenantId} has no row of its own.`);
  const most = quota?.most ?? services.quotas.apiRequestsPerMinute;
  const standing = {
    ...self,
    hasOutlets: self.hasOutlets === 1,
    apiRequestsPerMinute: most,
  };
  const until = services.now() + limits.standingCacheMilliseconds;
  services.standingCache.set(tenantId, standing, until);
  return standing;
}

export async function standingOf(
  services: Services,
  tenantId: string,
  db: Database,
): Promise<Standing> {
  const cached = services.standingCache.get(tenantId);
  if (cached) return cached;
  const [self, quota] = await db.run(...standingQueries(db));
  return standingFrom(services, tenantId, self, quota);
}

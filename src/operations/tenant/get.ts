// tenant.get

import { desc } from 'drizzle-orm';
import { revisions, tenant } from '../../db/schema/tenant.ts';
import { notFound } from '../../model/errors.ts';
import type { Tenant } from '../../model/tenant.ts';
import type { TenantScope } from '../services.ts';
import { tenantView } from './view.ts';

export async function getTenant({ db, tenantId }: TenantScope): Promise<Tenant> {
  const [[row], [head]] = await db.run(
    db.build.select().from(tenant),
    db.build
      .select({ number: revisions.number })
      .from(revisions)
      .orderBy(desc(revisions.number))
      .limit(1),
  );
  if (!row) throw notFound('tenant', tenantId);
  return tenantView(row, head?.number ?? 0);
}

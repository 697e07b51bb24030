// The address pools that a tenant's gateways have, and where new ones come from.

import { gateways, tenant } from '../../db/schema/tenant.ts';
import { notFound } from '../../model/errors.ts';
import type { TenantScope } from '../services.ts';
import { type TakenPools, takenPools } from './pools.ts';

export interface Taken {
  ula: string;
  taken: TakenPools[];
  gatewayCount: number;
}

export async function readTaken({ db, tenantId }: TenantScope): Promise<Taken> {
  const { name, pool4, pool6, ikePool4, ikePool6 } = gateways;
  const [[self], rows] = await db.run(
    db.build.select({ ula: tenant.ula }).from(tenant),
    db.build.select({ name, pool4, pool6, ikePool4, ikePool6 }).from(gateways),
  );
  if (!self) throw notFound('tenant', tenantId);
  return { ula: self.ula, taken: rows.flatMap(takenPools), gatewayCount: rows.length };
}

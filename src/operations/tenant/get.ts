// tenant.get

import type { Tenant } from '../../model/tenant.ts';
import type { TenantScope } from '../services.ts';
import { readTenant } from './change.ts';
import { tenantView } from './view.ts';

export async function getTenant(scope: TenantScope): Promise<Tenant> {
  const { row, head } = await readTenant(scope);
  return tenantView(row, head);
}

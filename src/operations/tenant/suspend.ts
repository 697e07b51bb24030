// tenant.suspend and tenant.resume, for the operator: nothing can be changed meanwhile, and
// gateways keep what they have.

import { SallyportError } from '../../model/errors.ts';
import type { SuspendTenant, Tenant } from '../../model/tenant.ts';
import type { TenantScope } from '../services.ts';
import { changeTenant } from './change.ts';
import type { TenantRow } from './view.ts';

function refuseDeleting({ status }: TenantRow): void {
  if (status !== 'deleting') return;
  throw new SallyportError('tenant_deleting', 'This tenant is being deleted.', {
    wayOut: 'Restore it first.',
  });
}

export async function suspendTenant(
  scope: TenantScope,
  { reason }: SuspendTenant,
): Promise<Tenant> {
  return changeTenant(scope, 'tenant.suspend', (row) => {
    refuseDeleting(row);
    if (row.status === 'suspended') return undefined;
    return { set: { status: 'suspended' }, summary: { reason } };
  });
}

export async function resumeTenant(scope: TenantScope): Promise<Tenant> {
  return changeTenant(scope, 'tenant.resume', (row) => {
    refuseDeleting(row);
    if (row.status === 'active') return undefined;
    return { set: { status: 'active' }, summary: {} };
  });
}

// Nobody hands out more than they have.

import { SallyportError } from '../../model/errors.ts';
import { type Role, roleCovers } from '../../model/permissions.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';

/** @throws SallyportError `forbidden` when the caller may not give, or take, this role */
export function mayGrant(scope: TenantScope, role: Role): void {
  requireWholeTenant(scope);
  const { principal } = scope;
  const bounded = principal.kind === 'key' && principal.permissions !== null;
  if (scope.role !== undefined && roleCovers(scope.role, role) && !bounded) return;
  throw new SallyportError('forbidden', `Only who has the role ${role} may give or take it.`, {
    wayOut: 'Ask an owner of the tenant, with a key or session that is not bounded.',
  });
}

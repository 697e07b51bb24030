// Nobody hands out more than they have.

import { SallyportError } from '../../model/errors.ts';
import { type Role, roleCovers } from '../../model/permissions.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';

function refused(role: Role): SallyportError {
  return new SallyportError('forbidden', `Only who has the role ${role} may give or take it.`, {
    wayOut: 'Ask an owner of the tenant, with a key or session that is not bounded.',
  });
}

/** @throws SallyportError `forbidden` when the caller may not change who has this role */
export function mayChange(scope: TenantScope, role: Role): void {
  requireWholeTenant(scope);
  if (scope.role === undefined || !roleCovers(scope.role, role)) throw refused(role);
}

/**
 * @throws SallyportError `forbidden` when the caller may not give, or take, this role. A key that
 * may do some of what its role may cannot: it would make what may do all of it.
 */
export function mayGrant(scope: TenantScope, role: Role): void {
  mayChange(scope, role);
  const { principal } = scope;
  if (principal.kind === 'key' && principal.permissions !== null) throw refused(role);
}

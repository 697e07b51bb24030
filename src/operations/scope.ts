// The doors: who may do an operation at all, and who may do it in this tenant.

import { SallyportError } from '../model/errors.ts';
import { may, type Operation, type Principal } from '../model/permissions.ts';
import type { Caller, TenantScope } from './services.ts';

/** @throws SallyportError `unauthenticated` or `forbidden` */
export function authorize({ principal }: Caller, operation: Operation): void {
  if (may(principal, operation)) return;
  if (principal.kind === 'anonymous')
    throw new SallyportError('unauthenticated', `${operation} needs a credential.`, {
      wayOut: 'Send "Authorization: Bearer" with your key.',
    });
  throw new SallyportError('forbidden', `This credential may not do ${operation}.`, {
    wayOut: 'Ask an owner of the tenant for a key whose role allows it.',
  });
}

function belongs(principal: Principal, tenantId: string): boolean {
  if (principal.kind === 'key' || principal.kind === 'agent')
    return principal.tenantId === tenantId;
  return true;
}

/**
 * Lets the caller into a tenant. Another tenant and no tenant give the same answer.
 * @throws SallyportError `unauthenticated`, `forbidden` or `not_found`
 */
export async function enterTenant(
  caller: Caller,
  operation: Operation,
  tenantId: string,
): Promise<TenantScope> {
  authorize(caller, operation);
  const db = belongs(caller.principal, tenantId)
    ? await caller.services.tenants.open(tenantId)
    : undefined;
  if (!db)
    throw new SallyportError('not_found', `There is no tenant ${tenantId}.`, {
      wayOut: 'Use the tenant that your key belongs to.',
    });
  return { ...caller, tenantId, db };
}

// Handlers of jobs that only tenants have.

import type { Handler, TenantHandler } from './deps.ts';

/** Refuses what somebody put into the directory's own queue. */
export function ofTenant(handler: TenantHandler): Handler {
  return (payload, deps) => {
    const { tenantId } = deps;
    if (tenantId === undefined) throw new Error('this kind of job belongs to a tenant');
    return handler(payload, { ...deps, tenantId });
  };
}

// What certificates of a tenant's authority have in common.

import { limits } from '../../model/limits.ts';
import type { TenantScope } from '../services.ts';

const dayMilliseconds = 24 * 3_600_000;

/**
 * The validity of what is made now.
 * @param notAfterMost nothing outlives its authority; Unix time in milliseconds
 */
export function validityOf(now: number, days: number, notAfterMost = Infinity) {
  // Certificates know whole seconds.
  const notBefore = Math.floor((now - limits.certificateSkewMilliseconds) / 1000) * 1000;
  return { notBefore, notAfter: Math.min(notBefore + days * dayMilliseconds, notAfterMost) };
}

/** Where the authority's list of revoked certificates is, for everyone. */
export function crlUrl(
  { services: { publicUrl }, tenantId }: Pick<TenantScope, 'services' | 'tenantId'>,
  authorityId: string,
): string {
  return `${publicUrl}/crl/${tenantId}/${authorityId}`;
}

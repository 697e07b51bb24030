// The links of a user and of their devices.

import { and, eq, inArray, isNull, or } from 'drizzle-orm';
import { links } from '../../db/schema/tenant.ts';
import type { TenantScope } from '../services.ts';
import { devicesOf } from './peers.ts';

/** A write after which none of them opens. */
export function closeLinks(scope: TenantScope, userId: string) {
  const { db, services } = scope;
  const open = and(
    or(inArray(links.deviceId, devicesOf(scope, userId)), eq(links.userId, userId)),
    isNull(links.usedAt),
    isNull(links.revokedAt),
  );
  return db.build.update(links).set({ revokedAt: services.now() }).where(open);
}

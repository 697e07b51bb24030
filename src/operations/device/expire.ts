// Ends a device whose time is over, as if somebody revoked it then.

import { and, asc, isNotNull, lte, sql } from 'drizzle-orm';
import { devices } from '../../db/schema/tenant.ts';
import { limits } from '../../model/limits.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { readDevice } from './read.ts';
import { revocation } from './revoke.ts';

// Written out, so that SQLite knows the index that has these alone.
const living = sql`${devices.status} <> 'revoked'`;

/** Those whose time is over, `devicesExpiredPerJob` at most, and when the next one's is. */
export async function readEnded({ db, services }: TenantScope) {
  const { id, expiresAt } = devices;
  const [ended, [next]] = await db.run(
    db.build
      .select({ id })
      .from(devices)
      .where(and(living, lte(expiresAt, services.now())))
      .orderBy(asc(expiresAt))
      .limit(limits.devicesExpiredPerJob),
    db.build
      .select({ expiresAt })
      .from(devices)
      .where(and(living, isNotNull(expiresAt)))
      .orderBy(asc(expiresAt))
      .limit(1),
  );
  return { ended: ended.map((one) => one.id), nextAt: next?.expiresAt ?? undefined };
}

/** Somebody gave it more time, or revoked it, meanwhile. */
class GoesOn extends Error {}

export async function expireDevice(scope: TenantScope, id: string): Promise<void> {
  await commit(scope, 'device.revoke', async (number) => {
    const row = await readDevice(scope, id);
    const isOver = row.expiresAt !== null && row.expiresAt <= scope.services.now();
    if (row.status === 'revoked' || !isOver) throw new GoesOn();
    return revocation(scope, number, row);
  }).catch((error: unknown) => {
    if (!(error instanceof GoesOn)) throw error;
  });
}

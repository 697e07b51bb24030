// device.revoke: off every gateway, and no link of it opens any more. Twice is the same as once.

import { and, eq, isNull } from 'drizzle-orm';
import { links } from '../../db/schema/tenant.ts';
import type { Device } from '../../model/device.ts';
import { commit } from '../commit.ts';
import { gatewaysOf, withdrawCredential } from '../credential.ts';
import type { TenantScope } from '../services.ts';
import { readDevice } from './read.ts';
import { deviceUsage } from './usage.ts';
import { deviceView } from './view.ts';

export async function revokeDevice(scope: TenantScope, id: string): Promise<Device> {
  const { db, services } = scope;
  const known = await readDevice(scope, id);
  if (known.status === 'revoked') return deviceView(known, await gatewaysOf(scope, id));
  return commit(scope, 'device.revoke', async (number) => {
    const row = await readDevice(scope, id);
    const { writes, touched } = await withdrawCredential(scope, number, id, 'revoked');
    const open = and(eq(links.deviceId, id), isNull(links.usedAt), isNull(links.revokedAt));
    const closeLinks = db.build.update(links).set({ revokedAt: services.now() }).where(open);
    const revoked = { ...row, status: 'revoked' as const, publicKey: null, revision: number };
    return {
      subject: id,
      summary: { name: row.name, publicKey: row.publicKey },
      writes: [...writes, closeLinks],
      touched,
      usage: row.status === 'revoked' ? [] : deviceUsage(row.userId, -1),
      result: deviceView(revoked, await gatewaysOf(scope, id)),
    };
  });
}

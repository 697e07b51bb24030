// device.revoke: off every gateway, and no link of it opens any more. Twice is the same as once.

import { and, eq, isNull } from 'drizzle-orm';
import { links } from '../../db/schema/tenant.ts';
import type { Device } from '../../model/device.ts';
import { withoutCertificate } from '../certificate.ts';
import { commit, type Outcome } from '../commit.ts';
import { gatewaysOf, withdrawCredentials } from '../credential.ts';
import type { TenantScope } from '../services.ts';
import { readDevice } from './read.ts';
import { deviceUsage } from './usage.ts';
import { type DeviceRow, deviceView } from './view.ts';

export async function revokeDevice(scope: TenantScope, id: string): Promise<Device> {
  const known = await readDevice(scope, id);
  if (known.status === 'revoked') return deviceView(known, await gatewaysOf(scope, id));
  return commit(scope, 'device.revoke', async (number) =>
    revocation(scope, number, await readDevice(scope, id)),
  );
}

/** What cuts the device off for good, for the change that does it. */
export async function revocation(
  scope: TenantScope,
  number: number,
  row: DeviceRow,
): Promise<Outcome<Device>> {
  const { db, services } = scope;
  const { id } = row;
  const { writes, touched } = await withdrawCredentials(scope, number, row, 'revoked');
  const open = and(eq(links.deviceId, id), isNull(links.usedAt), isNull(links.revokedAt));
  const closeLinks = db.build.update(links).set({ revokedAt: services.now() }).where(open);
  const gone = { ...withoutCertificate, publicKey: null };
  const revoked = { ...row, ...gone, status: 'revoked' as const, revision: number };
  return {
    subject: id,
    summary: {
      ...{ name: row.name, publicKey: row.publicKey, identity: row.ikev2Identity },
      ...(row.expiresAt === null ? {} : { expiresAt: new Date(row.expiresAt).toISOString() }),
    },
    writes: [...writes, closeLinks],
    touched,
    usage: row.status === 'revoked' ? [] : deviceUsage(row.userId, -1),
    result: deviceView(revoked, await gatewaysOf(scope, id)),
  };
}

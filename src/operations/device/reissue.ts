// device.reissue: exactly this device gets a fresh credential. With a new key it is live at once,
// also after a revocation; without one it is cut and waits for a link.

import { eq } from 'drizzle-orm';
import { devices } from '../../db/schema/tenant.ts';
import type { Device, ReissueDevice } from '../../model/device.ts';
import { withdrawCertificate, withoutCertificate } from '../certificate.ts';
import { commit } from '../commit.ts';
import { gatewaysForIssue, issueCredential, withdrawCredentials } from '../credential.ts';
import type { PeerWrites } from '../peers.ts';
import type { TenantScope } from '../services.ts';
import { readActiveUser } from '../user/read.ts';
import { refuseEnded } from './end.ts';
import { readDevice } from './read.ts';
import { bytesLeft, deviceUsage } from './usage.ts';
import { type DeviceRow, deviceView } from './view.ts';

/** The new key in place of all that the device had. */
async function replaceAll(
  scope: TenantScope,
  number: number,
  device: DeviceRow & { publicKey: string },
  gatewayIds: string[],
): Promise<PeerWrites> {
  const issued = await issueCredential(scope, number, device, gatewayIds);
  const withdrawn = await withdrawCertificate(scope, number, device);
  const { id } = device;
  const row = scope.db.build.update(devices).set(withoutCertificate).where(eq(devices.id, id));
  return {
    writes: [...issued.writes, ...withdrawn.writes, row],
    touched: [...new Set([...issued.touched, ...withdrawn.touched])],
  };
}

export async function reissueDevice(
  scope: TenantScope,
  id: string,
  { publicKey }: ReissueDevice,
): Promise<Device> {
  return commit(scope, 'device.reissue', async (number) => {
    const row = await readDevice(scope, id);
    await readActiveUser(scope, row.userId);
    refuseEnded(scope, row);
    const serving = await gatewaysForIssue(scope, id);
    const { writes, touched } =
      publicKey === undefined
        ? await withdrawCredentials(scope, number, row, 'pending')
        : await replaceAll(scope, number, { ...row, publicKey }, serving.gatewayIds);
    const status = publicKey === undefined ? ('pending' as const) : ('active' as const);
    const now = { ...withoutCertificate, publicKey: publicKey ?? null };
    const reissued = { ...row, ...now, status, revision: number };
    return {
      subject: id,
      summary: { name: row.name, publicKey: publicKey ?? null, retired: row.publicKey },
      writes: [...serving.writes, ...writes],
      touched,
      usage: [
        ...(row.status === 'revoked' ? deviceUsage(row.userId, 1) : []),
        ...bytesLeft(row.userId, scope.services.now()),
      ],
      result: deviceView(reissued, serving.gatewayIds),
    };
  });
}

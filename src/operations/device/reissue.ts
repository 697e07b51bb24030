// device.reissue: exactly this device gets a fresh credential. With a new key it is live at once,
// also after a revocation; without one it is cut and waits for a link.

import type { Device, ReissueDevice } from '../../model/device.ts';
import { commit } from '../commit.ts';
import { gatewaysForIssue, issueCredential, withdrawCredential } from '../credential.ts';
import type { TenantScope } from '../services.ts';
import { readActiveUser } from '../user/read.ts';
import { readDevice } from './read.ts';
import { bytesLeft, deviceUsage } from './usage.ts';
import { deviceView } from './view.ts';

export async function reissueDevice(
  scope: TenantScope,
  id: string,
  { publicKey }: ReissueDevice,
): Promise<Device> {
  return commit(scope, 'device.reissue', async (number) => {
    const row = await readDevice(scope, id);
    await readActiveUser(scope, row.userId);
    const serving = await gatewaysForIssue(scope, id);
    const { writes, touched } =
      publicKey === undefined
        ? await withdrawCredential(scope, number, id, 'pending')
        : await issueCredential(scope, number, { id, publicKey }, serving.gatewayIds);
    const status = publicKey === undefined ? ('pending' as const) : ('active' as const);
    const reissued = { ...row, status, publicKey: publicKey ?? null, revision: number };
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

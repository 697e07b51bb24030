// device.update: what is left out stays as it is. Moving a device to other gateways keeps its
// credential; what its profile says, it learns with its next one.

import { eq } from 'drizzle-orm';
import { devices } from '../../db/schema/tenant.ts';
import type { Device, UpdateDevice } from '../../model/device.ts';
import { changesOf } from '../../model/revision.ts';
import { commit } from '../commit.ts';
import { gatewaysOf } from '../credential.ts';
import type { PeerWrites } from '../peers.ts';
import { requireMatch } from '../scope.ts';
import type { TenantScope } from '../services.ts';
import { readActiveUser } from '../user/read.ts';
import { lookForEnds, readEnd } from './end.ts';
import { moveDevice, namedGateways } from './gateways.ts';
import { readDevice } from './read.ts';
import { type DeviceRow, deviceView } from './view.ts';

/** @throws SallyportError `invalid_input` for an end that is over, or too far */
function changed(
  scope: TenantScope,
  row: DeviceRow,
  input: UpdateDevice,
  revision: number,
): DeviceRow {
  const { onDemand: before } = row;
  const { mode, excludedSsids, probe } = input.onDemand ?? {};
  const { expiresAt = row.expiresAt } = input;
  return {
    ...row,
    name: input.name ?? row.name,
    platform: input.platform ?? row.platform,
    expiresAt: typeof expiresAt === 'string' ? readEnd(scope, expiresAt) : expiresAt,
    onDemand: {
      mode: mode ?? before.mode,
      excludedSsids: excludedSsids ?? before.excludedSsids,
      probe: probe ?? before.probe,
    },
    revision,
  };
}

/**
 * The gateways after the change, and what makes it so. A suspended user's devices have places that
 * are held for them, so those wait.
 */
async function move(
  scope: TenantScope,
  number: number,
  row: DeviceRow,
  before: string[],
  asked: string[] | undefined,
): Promise<PeerWrites & { gatewayIds: string[] }> {
  if (asked === undefined) return { gatewayIds: before, writes: [], touched: [] };
  await readActiveUser(scope, row.userId);
  const gatewayIds = (await namedGateways(scope, asked)).sort();
  return { gatewayIds, ...(await moveDevice(scope, number, row, before, gatewayIds)) };
}

/** @throws SallyportError `not_found`, `precondition_failed`, `user_suspended`, `pool_exhausted` */
export async function updateDevice(
  scope: TenantScope,
  id: string,
  input: UpdateDevice,
): Promise<Device> {
  const { db } = scope;
  return commit(scope, 'device.update', async (number) => {
    const row = await readDevice(scope, id);
    requireMatch(scope, row.revision);
    const next = changed(scope, row, input, number);
    const served = (await gatewaysOf(scope, id)).sort();
    const moved = await move(scope, number, row, served, input.gatewayIds);
    const [before, after] = [deviceView(row, served), deviceView(next, moved.gatewayIds)];
    const { name, platform, expiresAt, onDemand, revision } = next;
    const hurried = expiresAt !== row.expiresAt;
    return {
      subject: id,
      summary: {
        name,
        ...changesOf(before, after, ['name', 'platform', 'expiresAt', 'onDemand', 'gatewayIds']),
      },
      writes: [
        db.build
          .update(devices)
          .set({ name, platform, expiresAt, onDemand, revision })
          .where(eq(devices.id, id)),
        ...moved.writes,
        ...(hurried ? [lookForEnds(scope)] : []),
      ],
      hurried,
      touched: moved.touched,
      result: after,
    };
  });
}

// device.get, with its way to each gateway and what its gateways counted

import { eq } from 'drizzle-orm';
import { peerTraffic } from '../../db/schema/tenant-observed.ts';
import type { DeviceDetail } from '../../model/device.ts';
import { gatewaysOf } from '../credential.ts';
import type { TenantScope } from '../services.ts';
import { readConnections, readDevice } from './read.ts';
import { deviceView } from './view.ts';

export async function getDevice(scope: TenantScope, id: string): Promise<DeviceDetail> {
  const { db } = scope;
  const row = await readDevice(scope, id);
  const [traffic] = await db.run(
    db.build.select().from(peerTraffic).where(eq(peerTraffic.deviceId, id)),
  );
  return {
    ...deviceView(row, await gatewaysOf(scope, id)),
    connections: await readConnections(scope, id),
    traffic: traffic.map(({ gatewayId, latestHandshakeAt, receivedBytes, sentBytes }) => ({
      gatewayId,
      latestHandshake: latestHandshakeAt > 0 ? new Date(latestHandshakeAt).toISOString() : null,
      receivedBytes,
      sentBytes,
    })),
  };
}

// Devices with certificates on other gateways, and proofs that they were cut off.

import { expect, test } from 'vitest';
import type { Device } from '../../src/model/device.ts';
import type { DeviceReceipts } from '../../src/model/receipt.ts';
import { certifiedGateway, documentOf } from '../contract/authorities.ts';
import { createDevice, createTenant } from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';
import { signReceipt } from '../receipts.ts';
import { certifyDevice } from './ikev2-world.ts';

test('a certificate moves with its device, and gateways owe receipts for their cuts', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const one = await certifiedGateway(plane, tenant);
  const two = await certifiedGateway(plane, tenant);
  const device = await createDevice(tenant, { gatewayIds: [one.id] });
  const path = tenant.path(`/devices/${device.id}`);
  const pending = async () =>
    (await tenant.api<DeviceReceipts>('GET', `${path}/receipts`)).body.pending;
  const first = await certifyDevice(plane, tenant, device.id);
  expect(await pending()).toEqual([]);

  const second = await certifyDevice(plane, tenant, device.id);
  expect(await pending()).toMatchObject([
    { gatewayId: one.id, protocol: 'ikev2', credential: first.identity, reached: false },
  ]);
  const document = await documentOf(one);
  const receipt = {
    ...{ gatewayId: one.id, deviceId: device.id, protocol: 'ikev2' as const },
    ...{ credential: first.identity, revision: document.revision },
    ...{ appliedAt: 1, lastSeenAt: null },
  };
  await one.api('POST', '/v1/agent/report', {
    ...{ revision: 0, sections: {}, peerDigest: '0'.repeat(32), peerCount: 0, peers: [] },
    ...{ versions: { agent: 'test' }, receipts: [signReceipt(one.identity, receipt)] },
  });
  expect(await pending()).toEqual([]);

  await tenant.api<Device>('PATCH', path, { gatewayIds: [two.id] });
  expect((await documentOf(one)).ikev2?.upsert).toEqual([]);
  expect((await documentOf(two)).ikev2?.upsert).toEqual([
    { id: device.id, identity: second.identity },
  ]);
  expect(await pending()).toMatchObject([
    { gatewayId: one.id, protocol: 'ikev2', credential: second.identity },
  ]);
});

// A VM whose place another one took, while a hub never heard of it: at the edge that message can
// get lost, and the hub lets the old VM in.

import { expect, test } from 'vitest';
import { emptyPeerDigest } from '../../src/model/desired-state.ts';
import type { DeviceDetail } from '../../src/model/device.ts';
import type { CreatedGateway, Gateway } from '../../src/model/gateway.ts';
import {
  createDevice,
  createTenant,
  enrollAs,
  enrolledGateway,
  expectStatus,
  publicKey,
} from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';
import { certificateRequest } from '../pki/peculiar.ts';

async function replaced() {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const old = await enrolledGateway(plane, tenant, { ikev2: true });
  // The hub knows it from then on.
  expectStatus(await old.api('GET', '/v1/agent/state'), 200);
  const path = tenant.path(`/gateways/${old.id}`);
  const { hub } = plane.services;
  const { forget } = hub;
  hub.forget = async () => undefined;
  const { body } = await tenant.api<CreatedGateway>('POST', `${path}/renew-token`);
  const fresh = await enrollAs(plane, tenant, old.id, body.enrollment.token);
  hub.forget = forget;
  const shown = async () => expectStatus(await tenant.api<Gateway>('GET', path), 200);
  return { tenant, old, fresh, shown };
}

test('is told nothing', async () => {
  const { old } = await replaced();
  expect((await old.api('GET', '/v1/agent/state')).status).toBe(404);
});

test('is let in no more once it has asked', async () => {
  const { old, fresh } = await replaced();
  await old.api('GET', '/v1/agent/state');
  expect((await old.api('GET', '/v1/agent/state')).status).toBe(401);
  expect((await fresh.api('GET', '/v1/agent/state')).status).toBe(200);
});

test('says nothing of the gateway, and counts nothing', async () => {
  const { tenant, old, shown } = await replaced();
  const { id, revision } = await createDevice(tenant, { publicKey: publicKey() });
  const seen = { id, latestHandshake: 1, receivedBytes: 1000, sentBytes: 1000 };
  const report = {
    ...{ revision, sections: {}, peerDigest: emptyPeerDigest, peerCount: 0, peers: [seen] },
    versions: { agent: 'the old one' },
  };
  expect((await old.api('POST', '/v1/agent/report', report)).status).toBe(404);
  expect((await shown()).observed).toBeNull();
  const { body } = await tenant.api<DeviceDetail>('GET', tenant.path(`/devices/${id}`));
  expect(body.traffic).toEqual([]);
});

test('gets no certificate', async () => {
  const { old, shown } = await replaced();
  const body = { certificateRequest: await certificateRequest() };
  expect((await old.api('POST', '/v1/agent/certificate', body)).status).toBe(404);
  expect((await shown()).ikev2?.certificateExpiresAt).toBeNull();
});

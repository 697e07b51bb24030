// What ends by itself.

import { expect, test } from 'vitest';
import {
  apiOf,
  createDevice,
  createGateway,
  createLink,
  createTenant,
  enrolledGateway,
  publicKey,
} from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

const hour = 3_600_000;

test('a link expires when it says so, and says so afterwards', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  await enrolledGateway(plane, tenant);
  const device = await createDevice(tenant);
  const link = await createLink(tenant, device.id, { expiresInSeconds: 3600 });
  plane.advanceClock(hour - 5000);
  expect((await plane.request(link.path)).status).toBe(200);
  plane.advanceClock(5001);
  const late = await apiOf(plane)('POST', '/v1/links/redeem', { token: link.token });
  expect(late.body).toMatchObject({ status: 410, code: 'link_expired' });
});

test('an enrolment token expires after a day', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const { enrollment } = await createGateway(tenant);
  plane.advanceClock(24 * hour + 1);
  const request = {
    token: enrollment.token,
    identityKey: `${'A'.repeat(42)}E`,
    wireguardPublicKey: publicKey(),
    protocol: 1,
    facts: { agent: 'test' },
  };
  const reply = await apiOf(plane)('POST', '/v1/agent/enroll', request);
  expect(reply.body).toMatchObject({ status: 410, code: 'token_expired' });
});

test("an agent's token ends in time although it claims to live longer and is cached", async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const agent = apiOf(plane, await gateway.token({ lifetimeSeconds: 24 * 3600 }));
  expect((await agent('GET', '/v1/agent/state')).status).toBe(200);
  plane.advanceClock(16 * 60_000);
  expect((await agent('GET', '/v1/agent/state')).status).toBe(401);
});

test("an agent's token ends although it is cached", async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  expect((await gateway.api('GET', '/v1/agent/state')).status).toBe(200);
  plane.advanceClock(16 * 60_000);
  expect((await gateway.api('GET', '/v1/agent/state')).status).toBe(401);
});

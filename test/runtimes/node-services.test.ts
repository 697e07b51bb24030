// Node with its databases on a server: what many changes at once cost.

import { expect, onTestFinished, test } from 'vitest';
import { createDevice, createTenant, enrolledGateway, publicKey } from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';
import { startSqld } from '../sqld.ts';

test('changes of one tenant at once cost no more statements than one after another', async () => {
  const sqld = await startSqld();
  onTestFinished(() => sqld.stop());
  const plane = await createControlPlane(sqld.environment);
  const tenant = await createTenant(plane);
  await enrolledGateway(plane, tenant);
  const create = () => createDevice(tenant, { publicKey: publicKey() });
  await create();
  const before = plane.statements.length;
  await create();
  const one = plane.statements.length - before;
  await Promise.all(Array.from({ length: 8 }, create));
  expect(plane.statements.length - before - one).toBe(8 * one);
});

// What operations cost in the database: counted, and read off the query plans.

import { createClient } from '@libsql/client';
import { expect, test } from 'vitest';
import type { Statement } from '../../src/db/driver.ts';
import type { Device } from '../../src/model/device.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import {
  apiOf,
  createDevice,
  createTenant,
  enrolledGateway,
  publicKey,
  type TestGateway,
  type TestTenant,
} from '../contract/plane.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';

/** The statements that `work` causes. */
async function statementsOf(
  plane: ControlPlane,
  work: () => Promise<unknown>,
): Promise<Statement[]> {
  const before = plane.statements.length;
  await work();
  return plane.statements.slice(before);
}

async function plansOf(path: string, statements: Statement[]): Promise<string[]> {
  const client = createClient({ url: `file:${path}`, intMode: 'number' });
  const plans = [];
  for (const { sql, args } of statements) {
    const { rows } = await client.execute({ sql: `explain query plan ${sql}`, args });
    plans.push(...rows.map((row) => String(row.detail)));
  }
  client.close();
  return plans;
}

async function newestRevision(tenant: TestTenant, gateway: TestGateway): Promise<number> {
  return (await tenant.api<Gateway>('GET', tenant.path(`/gateways/${gateway.id}`))).body.revision;
}

test('an agent that has everything costs no statement, however often it asks', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const revision = await newestRevision(tenant, gateway);
  const path = `/v1/agent/state?since=${revision}`;
  expect((await gateway.api('GET', path)).status).toBe(204);
  const statements = await statementsOf(plane, async () => {
    for (let i = 0; i < 50; i++) expect((await gateway.api('GET', path)).status).toBe(204);
  });
  expect(statements).toEqual([]);
});

test('a device and its delta cost the same statements at 2 and at 200 devices', async () => {
  const plane = await createControlPlane({ SALLYPORT_QUOTAS: 'devicesPerUser=1000' });
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const addOne = async () => {
    const since = await newestRevision(tenant, gateway);
    await createDevice(tenant, { publicKey: publicKey() });
    const reply = await gateway.api('GET', `/v1/agent/state?since=${since}`);
    expect(reply.status).toBe(200);
  };
  await addOne();
  const few = await statementsOf(plane, addOne);
  for (let i = 0; i < 200; i++) await createDevice(tenant, { publicKey: publicKey() });
  const many = await statementsOf(plane, addOne);
  expect(many.map(({ sql }) => sql)).toEqual(few.map(({ sql }) => sql));
});

test('no statement of adding, telling of and revoking a device scans a table of them', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant, { pools: { v4: '10.9.0.0/29' } });
  const made: Device[] = [];
  for (let i = 0; i < 4; i++) made.push(await createDevice(tenant, { publicKey: publicKey() }));
  const statements = await statementsOf(plane, async () => {
    const since = await newestRevision(tenant, gateway);
    await createDevice(tenant, { publicKey: publicKey() });
    await gateway.api('GET', `/v1/agent/state?since=${since}`);
    await tenant.api('POST', tenant.path(`/devices/${made[0]?.id}/revoke`));
    await tenant.api('POST', tenant.path(`/devices/${made[1]?.id}/reissue`), {
      publicKey: publicKey(),
    });
    // The pool is full, so this one takes over a freed address.
    await createDevice(tenant, { publicKey: publicKey() });
  });
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, statements);
  // `revisions` is read from its newest row backwards, and only one row of it.
  const scanned = plans.filter((plan) => /^SCAN (?!gateways|revisions|CONSTANT)/.test(plan));
  expect(plans.filter((plan) => /SEARCH peers USING (INDEX|PRIMARY)/.test(plan))).not.toEqual([]);
  expect(scanned).toEqual([]);
});

test('a page of devices costs the same at its end as at its start', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  await enrolledGateway(plane, tenant);
  for (let i = 0; i < 5; i++) await createDevice(tenant);
  const statements = await statementsOf(plane, async () => {
    const { body } = await tenant.api<{ next: string }>('GET', tenant.path('/devices?limit=2'));
    await tenant.api('GET', tenant.path(`/devices?limit=2&cursor=${body.next}`));
  });
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, statements);
  expect(plans.filter((plan) => plan.startsWith('SCAN'))).toEqual([]);
});

test('a key is looked up once in its lifetime in the cache', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const ask = () => apiOf(plane, tenant.key)('GET', tenant.path(''));
  await ask();
  const warm = await statementsOf(plane, ask);
  plane.advanceClock(6000);
  const cold = await statementsOf(plane, ask);
  // One batch: the key, how its tenant stands, and its limit of requests.
  expect(cold.length).toBe(warm.length + 3);
});

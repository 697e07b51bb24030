// What operations cost in the database: counted, and read off the query plans.

import { createClient } from '@libsql/client';
import { expect, test } from 'vitest';
import { createNews } from '../../src/api/news.ts';
import { createReportPace } from '../../src/api/report-pace.ts';
import type { Wait } from '../../src/api/wait.ts';
import type { Statement } from '../../src/db/driver.ts';
import { deviceGateways, devices } from '../../src/db/schema/tenant.ts';
import { emptyPeerDigest } from '../../src/model/desired-state.ts';
import type { Device } from '../../src/model/device.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { newId } from '../../src/model/ids.ts';
import type { Listing } from '../../src/operations/page.ts';
import { signInByMail } from '../contract/people.ts';
import {
  apiOf,
  createDevice,
  createTenant,
  enrolledGateway,
  publicKey,
  type TestGateway,
  type TestTenant,
} from '../contract/plane.ts';
import { join } from '../contract/users.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';
import { signReceipt } from '../receipts.ts';

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

/** Devices that wait for their links, written as the operation would, but many at once. */
async function addDevices(
  { services }: ControlPlane,
  tenant: TestTenant,
  gatewayId: string,
  count: number,
): Promise<string[]> {
  const db = await services.tenants.open(tenant.id);
  if (!db) throw new Error('no database');
  const ids = Array.from({ length: count }, () => newId('device', services.random));
  for (let start = 0; start < count; start += 1000) {
    const some = ids.slice(start, start + 1000);
    const rows = some.map((id, n) => ({
      ...{ id, userId: tenant.ownerId, name: 'a phone', platform: 'ios' },
      ...{ status: 'pending' as const, revision: 1, createdAt: 0, createdRevision: start + n + 1 },
    }));
    const served = some.map((deviceId) => ({ deviceId, gatewayId }));
    await db.run(
      db.build.insert(devices).values(rows),
      db.build.insert(deviceGateways).values(served),
    );
  }
  return ids;
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
  // `revisions` is read from its newest row backwards, and only one row of it; `counts`, `wanted`
  // and `json_each` are rows that the statement brings along.
  const unknown = /^SCAN (?!gateways|revisions|CONSTANT|counts|wanted|json_each)/;
  const scanned = plans.filter((plan) => unknown.test(plan));
  expect(plans.filter((plan) => /SEARCH peers USING (INDEX|PRIMARY)/.test(plan))).not.toEqual([]);
  expect(scanned).toEqual([]);
  expect(plans).toContainEqual(expect.stringContaining('peers_freed'));
});

test('held questions of a tenant are answered with the same statements, however many', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const { services } = plane;
  const log = { info: () => undefined, error: () => undefined };
  const news = createNews(services, log, createReportPace());
  const waitOf = async (ikev2: boolean) => {
    const gateway = await enrolledGateway(plane, tenant, { ikev2 });
    const since = await newestRevision(tenant, gateway);
    await gateway.api('GET', `/v1/agent/state?since=${since}`);
    const { id: gatewayId, enrollment } = gateway;
    const identityKey = String(enrollment.identityKey);
    const asked = { tenantId: tenant.id, gatewayId, identityKey, since };
    return { ...asked, milliseconds: 0, address: undefined };
  };
  const waits = [await waitOf(false), await waitOf(false), await waitOf(false)];
  const certified = [await waitOf(true), await waitOf(true)];
  await createDevice(tenant, {
    publicKey: publicKey(),
    gatewayIds: [...waits, ...certified].map(({ gatewayId }) => gatewayId),
  });
  const answer = (asked: Wait[]) =>
    statementsOf(plane, async () => {
      expect((await news(asked)).map((one) => one?.status)).toEqual(asked.map(() => 200));
    });
  expect(await answer(waits.slice(0, 1))).toHaveLength(2);
  expect(await answer(waits)).toHaveLength(2);
  const all = await answer([...waits, ...certified]);
  expect(all).toHaveLength(2 + 6);
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, all);
  const ofTable = /^SCAN (?!wanted|authorities|tenant|certificates)/;
  expect(plans.filter((plan) => ofTable.test(plan))).toEqual([]);
});

test('a report pays for receipts only when it has some', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const device = await createDevice(tenant, { publicKey: publicKey() });
  const path = tenant.path(`/devices/${device.id}/revoke`);
  const { body } = await tenant.api<Device>('POST', path);
  const report = {
    revision: body.revision,
    ...{ sections: {}, peerDigest: emptyPeerDigest, peerCount: 0, peers: [] },
    versions: { agent: 'test' },
  };
  const send = (receipts?: string[]) =>
    statementsOf(plane, () => gateway.api('POST', '/v1/agent/report', { ...report, receipts }));
  await send();
  expect((await send()).map(({ sql }) => sql.slice(0, 6))).toEqual(['select', 'insert']);
  expect(await send([])).toHaveLength(2);
  const receipt = {
    ...{ gatewayId: gateway.id, deviceId: device.id, protocol: 'wireguard' as const },
    ...{ credential: device.publicKey ?? '', revision: body.revision },
    ...{ appliedAt: 1, lastSeenAt: null },
  };
  const jws = signReceipt(gateway.identity, receipt);
  const statements = await send([jws]);
  expect(statements).toHaveLength(5);
  statements.push(
    ...(await statementsOf(plane, () =>
      tenant.api('GET', tenant.path(`/devices/${device.id}/receipts`)),
    )),
  );
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, statements);
  const scanned = plans.filter((plan) =>
    /^SCAN (receipts|credentials|peers|ikev2_peers|certificates|devices)/.test(plan),
  );
  expect(scanned).toEqual([]);
});

test('a page of 10,000 devices costs the same at its end as at its start', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const total = 10_000;
  const ids = await addDevices(plane, tenant, gateway.id, total);
  const pages: Statement[][] = [];
  const seen: string[] = [];
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const path: string = tenant.path(`/devices?limit=1000&cursor=${cursor}`);
    const statements = await statementsOf(plane, async () => {
      const { body } = await tenant.api<Listing<Device>>('GET', path);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.next;
    });
    pages.push(statements);
  }
  expect(seen).toEqual(ids);
  // The first page is asked with a key that nobody has looked up yet.
  const [, second = [], ...others] = pages.map((page) => page.map(({ sql }) => sql));
  expect(others.every((page) => page.length <= second.length)).toBe(true);
  expect(others[0]).toEqual(second);
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, pages.at(-1) ?? []);
  expect(plans.filter((plan) => /^SCAN|TEMP B-TREE/.test(plan))).toEqual([]);
}, 60_000);

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

test('a session is looked up once in its lifetime in the cache, with one read', async () => {
  const plane = await createControlPlane({ SALLYPORT_SIGN_UP: 'open' });
  const ann = await signInByMail(plane);
  const ask = () => ann.api('GET', '/v1/me/passkeys');
  await ask();
  const warm = await statementsOf(plane, ask);
  plane.advanceClock(6000);
  const cold = await statementsOf(plane, ask);
  expect(cold.length).toBe(warm.length + 1);
  expect(cold.filter(({ sql }) => sql.startsWith('select'))).toEqual(cold);
});

test("a session's user is looked up once in its lifetime in the cache, in one batch", async () => {
  const plane = await createControlPlane({ SALLYPORT_SIGN_UP: 'open' });
  const tenant = await createTenant(plane);
  const ann = await join(plane, tenant);
  const ask = () => ann.api('GET', tenant.path('/devices'));
  await ask();
  const warm = await statementsOf(plane, ask);
  plane.advanceClock(6000);
  const cold = await statementsOf(plane, ask);
  // The session; and in one batch the user, how the tenant stands, and its limit of requests.
  expect(cold.length).toBe(warm.length + 4);
});

test('no statement of a check of a session scans a table', async () => {
  const plane = await createControlPlane({ SALLYPORT_SIGN_UP: 'open' });
  const ann = await signInByMail(plane);
  plane.advanceClock(6000);
  const statements = await statementsOf(plane, () => ann.api('GET', '/v1/me/passkeys'));
  const plans = await plansOf(`${plane.data}/directory.db`, statements);
  expect(plans.filter((plan) => plan.startsWith('SCAN'))).toEqual([]);
});

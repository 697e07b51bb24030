import { createClient } from '@libsql/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConstraintError } from '../../src/db/driver.ts';
import { createRemoteDriver } from '../../src/db/remote-driver.ts';
import { SallyportError } from '../../src/model/errors.ts';
import type { TenantEntry } from '../../src/model/tenant.ts';
import type { Listing } from '../../src/operations/page.ts';
import { apiOf, createTenant, operatorKey, type TestTenant } from '../contract/plane.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';
import { type Sqld, startSqld } from '../sqld.ts';

let sqld: Sqld;
beforeAll(async () => {
  sqld = await startSqld();
});
afterAll(() => sqld.stop());

const answerMilliseconds = 300;

function driverOf(namespace: string) {
  const url = sqld.environment.SALLYPORT_DATABASE_URL?.replace('{namespace}', namespace) ?? '';
  return createRemoteDriver(() => createClient({ url, intMode: 'number' }), answerMilliseconds);
}

async function prepared(): Promise<{ plane: ControlPlane; tenant: TestTenant }> {
  const plane = await createControlPlane(sqld.environment);
  return { plane, tenant: await createTenant(plane) };
}

async function whileMishap(mishap: Sqld['mishap'], work: () => Promise<unknown>): Promise<void> {
  sqld.mishap = mishap;
  try {
    await work();
  } finally {
    sqld.mishap = 'none';
  }
}

test.each(['away', 'broken', 'slow'] as const)(
  'a server that is %s is busy within the time limit, and well again afterwards',
  async (mishap) => {
    await createControlPlane(sqld.environment);
    const driver = driverOf('directory');
    const read = () => driver.batch([{ sql: 'select 1', args: [] }], 'read');
    await whileMishap(mishap, () => expect(read()).rejects.toMatchObject({ code: 'busy' }));
    expect(await read()).toEqual([[[1]]]);
  },
);

test('faults of SQL are not called busy, and rules name their columns', async () => {
  await createControlPlane(sqld.environment);
  const driver = driverOf('directory');
  const nonsense = driver.batch([{ sql: 'select nonsense', args: [] }], 'read');
  await expect(nonsense).rejects.toThrow(/nonsense/);
  await expect(nonsense).rejects.not.toBeInstanceOf(SallyportError);
  const insert = {
    sql: `insert into tenants values ('t_same', 'same', 'n', 1, 'active')`,
    args: [],
  };
  const clash = driver.batch([insert, insert], 'write');
  await expect(clash).rejects.toBeInstanceOf(ConstraintError);
  await expect(clash).rejects.toMatchObject({ columns: expect.stringMatching(/^tenants\./) });
});

test('a request is retryable while the server is away, and nothing is half-written', async () => {
  const { tenant } = await prepared();
  const users = tenant.path('/users');
  await whileMishap('away', async () => {
    const reply = await tenant.api('POST', users, { name: 'Bob' });
    expect(reply.body).toMatchObject({ status: 503, code: 'busy' });
    expect(reply.headers.get('retry-after')).toBe('1');
  });
  expect((await tenant.api('POST', users, { name: 'Bob' })).status).toBe(201);
  const { body } = await tenant.api<{ items: unknown[] }>('GET', users);
  expect(body.items).toHaveLength(2);
});

test('a change whose answer got lost is recognised as done, and done once', async () => {
  const { plane, tenant } = await prepared();
  await tenant.api('GET', tenant.path(''));
  const db = await plane.services.tenants.open(tenant.id);
  const original = db?.run.bind(db);
  if (!db || !original) throw new Error('the tenant has no database');
  // Loses the answer of the batch that writes, which is longer than those that read.
  Object.assign(db, {
    run: (...queries: Parameters<typeof original>) => {
      if (queries.length > 2) sqld.mishap = 'cut once';
      return original(...queries);
    },
  });
  const reply = await tenant.api('POST', tenant.path('/users'), { name: 'Bob' });
  Object.assign(db, { run: original });
  expect(reply.status).toBe(201);
  expect(sqld.mishap).toBe('none');
  const { body } = await tenant.api<{ items: unknown[] }>('GET', tenant.path('/users'));
  expect(body.items).toHaveLength(2);
});

test('one tenant whose database is broken does not touch the others', async () => {
  const { plane, tenant } = await prepared();
  const other = await createTenant(plane);
  const broken = driverOf(tenant.id.replace('_', '-'));
  const future = `insert into _migrations values ('9999_future', 1)`;
  await broken.batch([{ sql: future, args: [] }], 'write');
  const fresh = await createControlPlane(sqld.environment);
  const ask = (one: TestTenant) => apiOf(fresh, one.key)('GET', one.path(''));
  const refused = await ask(tenant);
  expect(refused.body).toMatchObject({ status: 503, code: 'not_migrated' });
  expect(refused.text).toContain(tenant.id);
  expect((await ask(other)).status).toBe(200);
  const listed = await apiOf(fresh, operatorKey)<Listing<TenantEntry>>(
    'GET',
    '/v1/tenants?limit=100',
  );
  const stateOf = (id: string) => listed.body.items.find((entry) => entry.id === id)?.database;
  expect(stateOf(other.id)).toEqual({ status: 'ready', fault: null });
  expect(stateOf(tenant.id)).toEqual({
    status: 'broken',
    fault: expect.stringContaining('9999_future'),
  });
});

// What every request passes: its id, its origin, and what the log says of it.

import { expect, test } from 'vitest';
import { apiKeys } from '../../src/db/schema/tenant-people.ts';
import type { Revision } from '../../src/model/revision.ts';
import { createTenant } from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

async function logged(headers: Record<string, string>, path = '/v1/me') {
  const plane = await createControlPlane();
  const response = await plane.request(path, { headers });
  const line: Record<string, unknown> = JSON.parse(plane.logs.at(-1) ?? '');
  return { line, response, text: plane.logs.join('\n') };
}

test('a request has an id of ours, and the one of its sender beside it', async () => {
  const { line, response } = await logged({ 'x-request-id': 'build-42_a' });
  expect(line).toMatchObject({ clientRequestId: 'build-42_a', status: 401 });
  expect(line.requestId).toMatch(/^r_\w{16}$/);
  expect(response.headers.get('x-request-id')).toBe(line.requestId);
  expect(await response.json()).toMatchObject({ requestId: line.requestId });
});

test.each(['', 'a b', 'a"b', 'ä', 'x'.repeat(65), '../../etc'])(
  'takes "%s" for no request id',
  async (text) => {
    const { line } = await logged({ 'x-request-id': encodeURI(text) });
    expect(line).not.toHaveProperty('clientRequestId');
  },
);

test('the log has the address and not the program', async () => {
  const { line, text } = await logged({
    'cf-connecting-ip': '::ffff:192.0.2.9',
    'user-agent': 'Spy/1.0',
  });
  expect(line).toMatchObject({ address: '192.0.2.9' });
  expect(text).not.toContain('Spy');
});

test("a change keeps where it came from in the tenant's log", async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const agent = `  ${'Browser/5.0 '.repeat(40)}`;
  await plane.request(tenant.path('/users'), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tenant.key}`,
      'content-type': 'application/json',
      'cf-connecting-ip': '2001:DB8::7',
      'user-agent': agent,
    },
    body: JSON.stringify({ name: 'Bob' }),
  });
  const { body } = await tenant.api<{ items: Revision[] }>('GET', tenant.path('/audit'));
  expect(body.items[0]).toMatchObject({
    operation: 'user.create',
    address: '2001:db8::7',
    userAgent: agent.trim().slice(0, 300),
  });
});

test('who guesses keys reads no database any more once he is refused', async () => {
  const plane = await createControlPlane({}, { credential: 3 });
  const tenant = await createTenant(plane);
  const key = `${tenant.key.slice(0, 20)}${'0'.repeat(39)}`;
  const headers = { authorization: `Bearer ${key}` };
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++)
    statuses.push((await plane.request(tenant.path(''), { headers })).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
  const before = plane.statements.length;
  for (let i = 0; i < 100; i++)
    expect((await plane.request(tenant.path(''), { headers })).status).toBe(429);
  expect(plane.statements.length).toBe(before);
  plane.advanceClock(60_000);
  expect((await plane.request(tenant.path(''), { headers })).status).toBe(401);
});

test('a key that was revoked is known no longer, and counts as a guess', async () => {
  const plane = await createControlPlane({}, { credential: 2 });
  const tenant = await createTenant(plane);
  await tenant.api('GET', tenant.path(''));
  const db = await plane.services.tenants.open(tenant.id);
  if (!db) throw new Error('no database');
  await db.run(db.build.update(apiKeys).set({ revokedAt: 1 }));
  plane.advanceClock(5_001);
  const ask = async () => (await tenant.api('GET', tenant.path(''))).status;
  expect([await ask(), await ask(), await ask()]).toEqual([401, 401, 429]);
  const before = plane.statements.length;
  expect(await ask()).toBe(429);
  expect(plane.statements.length).toBe(before);
});

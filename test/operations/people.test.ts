// What the contract cannot see from outside: what users, keys and repeated requests cost, and what
// is left of them in the databases.

import { readdirSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Statement } from '../../src/db/driver.ts';
import { tenant as tenantTable } from '../../src/db/schema/tenant.ts';
import { users } from '../../src/db/schema/tenant-people.ts';
import type { CreatedGateway } from '../../src/model/gateway.ts';
import { limits } from '../../src/model/limits.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { createApiKey } from '../contract/api-keys.ts';
import { createGroup } from '../contract/groups.ts';
import { newAddress } from '../contract/people.ts';
import {
  createDevice,
  createLink,
  createTenant,
  enrolledGateway,
  publicKey,
  type TestTenant,
} from '../contract/plane.ts';
import { createUser, join } from '../contract/users.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';
import { plansOf } from '../jobs/world.ts';

async function statementsOf(
  plane: ControlPlane,
  work: () => Promise<unknown>,
): Promise<Statement[]> {
  const before = plane.statements.length;
  await work();
  return plane.statements.slice(before);
}

async function databaseOf({ services }: ControlPlane, { id }: TestTenant) {
  const db = await services.tenants.open(id);
  if (!db) throw new Error('no database');
  return db;
}

test.each([
  'sort=created',
  'sort=name',
  'sort=created&role=member',
  'sort=name&role=member',
  'sort=created&status=invited',
  'sort=name&status=invited',
])('a page of users by %s is read from an index, in order', async (query) => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  for (let i = 0; i < 3; i++) {
    await createUser(tenant, { name: `User ${i}` });
    const body = { name: `Guest ${i}`, email: newAddress() };
    await tenant.api('POST', tenant.path('/invitations'), body);
  }
  const statements = await statementsOf(plane, async () => {
    const first = await tenant.api<{ next: string }>('GET', tenant.path(`/users?limit=2&${query}`));
    const more = tenant.path(`/users?limit=2&${query}&cursor=${first.body.next}`);
    expect((await tenant.api<{ items: object[] }>('GET', more)).body.items).not.toEqual([]);
  });
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, statements);
  expect(
    plans.filter((plan) => /SEARCH users USING INDEX|SCAN users USING INDEX/.test(plan)),
  ).toHaveLength(2);
  expect(plans.filter((plan) => plan.includes('TEMP B-TREE'))).toEqual([]);
});

test.each(['', '&deviceId=', '&userId='])('a page of links %s is read off an index', async (of) => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  await enrolledGateway(plane, tenant);
  const { id } = await createDevice(tenant);
  for (let i = 0; i < 3; i++) {
    await createLink(tenant, id);
    const body = { kind: 'bookmark', userId: tenant.ownerId };
    await tenant.api('POST', tenant.path('/links'), body);
  }
  const whose = of === '' ? '' : `${of}${of === '&userId=' ? tenant.ownerId : id}`;
  const statements = await statementsOf(plane, async () => {
    const path = tenant.path(`/links?limit=2${whose}`);
    const { body } = await tenant.api<{ items: object[]; next: string }>('GET', path);
    expect(body.items).toHaveLength(2);
    await tenant.api('GET', `${path}&cursor=${body.next}`);
  });
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, statements);
  expect(plans.filter((plan) => /^(SEARCH|SCAN) links USING INDEX/.test(plan))).toHaveLength(2);
  if (of !== '&userId=') expect(plans.filter((plan) => plan.includes('TEMP B-TREE'))).toEqual([]);
});

test.each(['q=us', 'q=us&sort=name', 'groupId=g_0000000000000000'])(
  'users by %s are looked up and not searched for',
  async (query) => {
    const plane = await createControlPlane();
    const tenant = await createTenant(plane);
    const statements = await statementsOf(plane, () =>
      tenant.api('GET', tenant.path(`/users?${query}`)),
    );
    const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, statements);
    expect(plans.filter((plan) => plan.startsWith('SCAN users'))).toEqual([]);
  },
);

test.each(['suspend', 'resume', 'delete'])(
  'to %s a user takes as many statements with 60 devices as with one',
  async (verb) => {
    const plane = await createControlPlane();
    const tenant = await createTenant(plane);
    for (let i = 0; i < 2; i++) await enrolledGateway(plane, tenant);
    const costs = [];
    for (const devices of [1, 60]) {
      const { id: userId } = await createUser(tenant);
      for (let i = 0; i < devices; i++)
        await createDevice(tenant, { userId, publicKey: publicKey() });
      const path = tenant.path(`/users/${userId}`);
      if (verb === 'resume') await tenant.api('POST', `${path}/suspend`);
      const statements = await statementsOf(plane, async () => {
        const reply =
          verb === 'delete'
            ? await tenant.api('DELETE', path)
            : await tenant.api('POST', `${path}/${verb}`);
        expect(reply.status).toBeLessThan(300);
      });
      costs.push(statements.map(({ sql }) => sql));
      const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, statements);
      const scanned = plans.filter((plan) =>
        /^SCAN (?!gateways|revisions|counts|\d+ CONSTANT|CONSTANT)/.test(plan),
      );
      expect(scanned).toEqual([]);
    }
    expect(costs[1]).toEqual(costs[0]);
  },
);

test('a deleted user gives back what they used up', async () => {
  const plane = await createControlPlane({ SALLYPORT_QUOTAS: 'users=2 devices=2' });
  const tenant = await createTenant(plane);
  await enrolledGateway(plane, tenant);
  for (let round = 0; round < 3; round++) {
    const { id: userId } = await createUser(tenant);
    expect((await tenant.api('POST', tenant.path('/users'), { name: 'x' })).body).toMatchObject({
      code: 'quota_reached',
    });
    for (let i = 0; i < 2; i++) await createDevice(tenant, { userId, publicKey: publicKey() });
    expect((await tenant.api('DELETE', tenant.path(`/users/${userId}`))).status).toBe(204);
  }
});

test('a deleted user leaves no name, address or membership behind but in the log', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const { userId, api } = await join(plane, tenant, { name: 'Hildegard' });
  await tenant.api('DELETE', tenant.path(`/users/${userId}`));
  const db = await databaseOf(plane, tenant);
  const [[row]] = await db.run(db.build.select().from(users).where(eq(users.id, userId)));
  expect(row).toMatchObject({ name: '', nameKey: '', email: null, accountId: null });
  const me = await api<{ tenants: object[] }>('GET', '/v1/me');
  expect(me.body.tenants).toEqual([]);
});

test('keys work where people need a second factor', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const ann = await join(plane, tenant);
  const { api } = await createApiKey(plane, tenant);
  const db = await databaseOf(plane, tenant);
  const policy = { ...defaultPolicy, secondFactor: 'required' as const };
  await db.run(db.build.update(tenantTable).set({ policy }));
  plane.services.standingCache.clear();
  const path = tenant.path('/devices');
  expect((await ann.api('GET', path)).body).toMatchObject({ code: 'second_factor_required' });
  expect((await api('GET', path)).status).toBe(200);
});

test('a key is good until its time has come, and says when it was used', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const { api, apiKey } = await createApiKey(plane, tenant, { expiresInSeconds: 600 });
  expect((await api('GET', tenant.path(''))).status).toBe(200);
  const keyPath = tenant.path(`/api-keys`);
  const { body } = await tenant.api<{ items: { id: string; lastUsedAt: string }[] }>(
    'GET',
    keyPath,
  );
  expect(body.items.find(({ id }) => id === apiKey.id)?.lastUsedAt).toEqual(expect.any(String));
  plane.advanceClock(600_000);
  expect((await api('GET', tenant.path(''))).status).toBe(401);
  const list = await tenant.api<{ items: object[] }>('GET', keyPath);
  expect(list.body.items).toContainEqual(
    expect.objectContaining({ id: apiKey.id, status: 'expired' }),
  );
});

test('an invitation is replaced by the next, and none is good for longer than a week', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const email = newAddress();
  const invite = tenant.path('/invitations');
  const accept = async (index: number) => {
    const [, token] =
      /invitation\/(\S+)/.exec((await plane.mailsTo(email, tenant.id))[index]?.text ?? '') ?? [];
    return tenant.api('POST', '/v1/sign-in/invitation', { token });
  };
  await tenant.api('POST', invite, { email, name: 'Ann' });
  plane.advanceClock(limits.invitationAgainSeconds * 1000);
  await tenant.api('POST', invite, { email });
  expect((await accept(0)).body).toMatchObject({ code: 'sign_in_failed' });
  plane.advanceClock(limits.invitationLifetimeSeconds * 1000);
  expect((await accept(1)).body).toMatchObject({ code: 'sign_in_failed' });
  await tenant.api('POST', invite, { email });
  expect((await accept(2)).status).toBe(200);
});

test('answers that are kept for a repeated request hold no secret in clear', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const key = { 'idempotency-key': 'k' };
  const body = { name: 'CI', role: 'admin' };
  const made = await tenant.api<{ key: string }>('POST', tenant.path('/api-keys'), body, key);
  const endpoint = { host: 'vpn.example.com' };
  const gateway = await tenant.api<CreatedGateway>(
    'POST',
    tenant.path('/gateways'),
    { name: 'Berlin', endpoint },
    { 'idempotency-key': 'g' },
  );
  const email = newAddress();
  await tenant.api('POST', tenant.path('/invitations'), { email, name: 'Ann' });
  const [mail] = await plane.mailsTo(email, tenant.id);
  const invitation = /spi_\S+/.exec(mail?.text ?? '')?.[0];
  const secrets = [made.body.key, gateway.body.enrollment.token, invitation];
  const files = readdirSync(plane.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(joinPath(entry.parentPath, entry.name)));
  for (const secret of secrets) {
    expect(secret?.length).toBeGreaterThan(50);
    expect(files.some((bytes) => bytes.includes(secret ?? ''))).toBe(false);
    expect(plane.logs.join('\n')).not.toContain(secret);
  }
  expect(files.some((bytes) => bytes.includes(email))).toBe(true);
});

test('group.delete leaves keys that were bounded to it reaching nobody', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const group = await createGroup(tenant, 'Staff');
  await tenant.api('PUT', tenant.path(`/groups/${group.id}/members/${tenant.ownerId}`));
  const { api } = await createApiKey(plane, tenant, { groupIds: [group.id] });
  const count = async () => {
    const { body } = await api<{ items: object[] }>('GET', tenant.path('/users'));
    return body.items.length;
  };
  expect(await count()).toBe(1);
  await tenant.api('DELETE', tenant.path(`/groups/${group.id}`));
  expect(await count()).toBe(0);
});

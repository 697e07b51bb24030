import { describe, expect, test } from 'vitest';
import type { ApiKey, CreatedApiKey } from '../../src/model/api-key.ts';
import type { Device } from '../../src/model/device.ts';
import type { Listing } from '../../src/operations/page.ts';
import { createGroup } from './groups.ts';
import {
  type Api,
  apiOf,
  createDevice,
  createGateway,
  createTenant,
  expectStatus,
  type MailPlane,
  type Plane,
  type TestTenant,
} from './plane.ts';
import { createUser, join } from './users.ts';

/** A key of the tenant, and who calls with it. */
export async function createApiKey(
  plane: Plane,
  tenant: TestTenant,
  body: object = {},
): Promise<CreatedApiKey & { api: Api }> {
  const asked = { name: 'CI', role: 'admin', ...body };
  const reply = await tenant.api<CreatedApiKey>('POST', tenant.path('/api-keys'), asked);
  const made = expectStatus(reply, 201);
  return { ...made, api: apiOf(plane, made.key) };
}

function lifeContract(create: () => Promise<MailPlane>): void {
  describe('apiKey.create', () => {
    test('shows a key once, which works at once and until it is revoked', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const { apiKey, key, api } = await createApiKey(plane, tenant, { role: 'auditor' });
      expect(key).toMatch(
        /^sp_[0-9a-hjkmnp-tv-z]{16}_[0-9a-hjkmnp-tv-z]{39}_[0-9a-hjkmnp-tv-z]{7}$/,
      );
      expect((await api('GET', tenant.path('/users'))).status).toBe(200);
      expect((await api('POST', tenant.path('/users'), { name: 'x' })).status).toBe(403);
      const listed = await tenant.api<Listing<ApiKey>>('GET', tenant.path('/api-keys'));
      expect(listed.body.items.map(({ id }) => id)).toContain(apiKey.id);
      expect(listed.text).not.toContain(key.slice(20, 59));
      const path = tenant.path(`/api-keys/${apiKey.id}/revoke`);
      const revoked = await tenant.api<ApiKey>('POST', path);
      expect(revoked.body).toMatchObject({ status: 'revoked', revokedAt: expect.any(String) });
      expect((await api('GET', tenant.path('/users'))).status).toBe(401);
      expect((await tenant.api('POST', path)).body).toMatchObject({
        revokedAt: revoked.body.revokedAt,
      });
      expect(
        (await tenant.api('POST', tenant.path('/api-keys/k_0000000000000000/revoke'))).status,
      ).toBe(404);
    });

    test('refuses a role above one’s own, and what is beyond the role', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const admin = await join(plane, tenant, { role: 'admin' });
      const keys = tenant.path('/api-keys');
      const above = await admin.api('POST', keys, { name: 'x', role: 'owner' });
      expect(above.body).toMatchObject({ status: 403 });
      const owners = await createApiKey(plane, tenant, { role: 'owner' });
      const revoke = await admin.api('POST', `${keys}/${owners.apiKey.id}/revoke`);
      expect(revoke.status).toBe(403);
      const wide = { name: 'x', role: 'auditor', permissions: ['user.list', 'user.create'] };
      expect((await tenant.api('POST', keys, wide)).body).toMatchObject({
        status: 400,
        problems: [{ field: 'permissions.1' }],
      });
      for (const bounds of [
        { groupIds: ['g_0000000000000000'] },
        { gatewayIds: ['gw_0000000000000000'] },
      ])
        expect(
          (await tenant.api('POST', keys, { name: 'x', role: 'admin', ...bounds })).status,
        ).toBe(404);
      for (const body of [
        { expiresInSeconds: 59 },
        { expiresInSeconds: 1e12 },
        { groupIds: [] },
        { permissions: ['fly'] },
        { role: 'boss' },
      ])
        expect((await tenant.api('POST', keys, { name: 'x', role: 'admin', ...body })).status).toBe(
          400,
        );
    });
  });
}

function boundsContract(create: () => Promise<MailPlane>): void {
  describe('a key', () => {
    test('bounded to permissions does these and makes neither users nor keys', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const permissions = [
        'user.create',
        'user.invite',
        'apiKey.create',
        'user.list',
        'user.suspend',
      ];
      const { api } = await createApiKey(plane, tenant, { permissions });
      const { id } = await createUser(tenant);
      expect((await api('GET', tenant.path('/users'))).status).toBe(200);
      expect((await api('POST', tenant.path(`/users/${id}/suspend`))).status).toBe(200);
      for (const [path, body] of [
        ['/users', { name: 'x' }],
        ['/invitations', { userId: id }],
        ['/api-keys', { name: 'x', role: 'admin' }],
        ['/groups', { name: 'x' }],
      ] as const)
        expect((await api('POST', tenant.path(path), body)).status).toBe(403);
    });

    test('bounded to groups sees their users and devices alone', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await createGateway(tenant);
      const [staff, guests] = [await createGroup(tenant, 'S'), await createGroup(tenant, 'G')];
      const inside = await createUser(tenant, { name: 'In' });
      await tenant.api('PUT', tenant.path(`/groups/${staff.id}/members/${inside.id}`));
      const theirs = await createDevice(tenant, { userId: inside.id });
      const other = await createDevice(tenant);
      const { api } = await createApiKey(plane, tenant, { groupIds: [staff.id] });
      const idsAt = async (path: string) => {
        const reply = await api<Listing<{ id: string }>>('GET', tenant.path(path));
        return expectStatus(reply, 200).items.map(({ id }) => id);
      };
      expect(await idsAt('/users')).toEqual([inside.id]);
      expect(await idsAt('/devices')).toEqual([theirs.id]);
      expect(await idsAt('/groups')).toEqual([staff.id]);
      for (const [method, path] of [
        ['GET', `/users/${tenant.ownerId}`],
        ['GET', `/groups/${guests.id}`],
        ['GET', `/devices/${other.id}`],
        ['POST', `/devices/${other.id}/revoke`],
      ] as const)
        expect((await api(method, tenant.path(path))).status).toBe(404);
      // What concerns the whole tenant, and who is in a group, is not for it.
      for (const [method, path] of [
        ['GET', '/audit'],
        ['GET', '/mails'],
        ['GET', '/api-keys'],
        ['PUT', `/groups/${staff.id}/members/${tenant.ownerId}`],
        ['POST', `/users/${inside.id}/suspend`],
      ] as const)
        expect((await api(method, tenant.path(path))).status).toBe(403);
    });

    test('bounded to gateways makes devices on these, whether it names them or not', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const { gateway: first } = await createGateway(tenant);
      const { gateway: second } = await createGateway(tenant);
      const everywhere = await createDevice(tenant);
      const { api } = await createApiKey(plane, tenant, { gatewayIds: [second.id] });
      const body = { userId: tenant.ownerId, name: 'x' };
      const devices = tenant.path('/devices');
      const made = expectStatus(await api<Device>('POST', devices, body), 201);
      expect(made.gatewayIds).toEqual([second.id]);
      const named = await api('POST', devices, { ...body, gatewayIds: [first.id] });
      expect(named.status).toBe(404);
      expect((await api('GET', tenant.path(`/devices/${everywhere.id}`))).status).toBe(404);
      expect((await api('GET', tenant.path(`/gateways/${first.id}`))).status).toBe(404);
      expect((await api('DELETE', tenant.path(`/gateways/${first.id}`))).status).toBe(404);
    });
  });
}

export function apiKeyContract(create: () => Promise<MailPlane>): void {
  lifeContract(create);
  boundsContract(create);
}

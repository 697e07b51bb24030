import { describe, expect, test } from 'vitest';
import { dayOf, defaultQuotas, monthOf, type Quota } from '../../src/model/quota.ts';
import type { Listing } from '../../src/operations/page.ts';
import {
  apiOf,
  createDevice,
  createLink,
  createTenant,
  enrolledGateway,
  operatorKey,
  type Plane,
  publicKey,
  type TestTenant,
} from './plane.ts';

async function prepared(create: () => Promise<Plane>) {
  const plane = await create();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const operator = apiOf(plane, operatorKey);
  const set = (quotas: object) => operator<Quota[]>('PUT', tenant.path('/quotas'), quotas);
  return { plane, tenant, gateway, operator, set };
}

async function quotaOf(tenant: TestTenant, name: Quota['name']): Promise<Quota | undefined> {
  const { body } = await tenant.api<Quota[]>('GET', tenant.path('/quotas'));
  return body.find((quota) => quota.name === name);
}

export function quotaContract(create: () => Promise<Plane>): void {
  describe('quota.get', () => {
    test('shows every quota with what is used, and the heaviest users', async () => {
      const { tenant } = await prepared(create);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      await createLink(tenant, device.id);
      const { body } = await tenant.api<Quota[]>('GET', tenant.path('/quotas'));
      expect(body.map(({ name }) => name)).toEqual(Object.keys(defaultQuotas));
      const used = Object.fromEntries(body.map(({ name, used }) => [name, used]));
      expect(used).toEqual({
        ...{ gateways: 1, users: 1, devices: 1, devicesPerUser: 1, linksPerDay: 1 },
        ...{ jobsInFlight: 0, apiRequestsPerMinute: null },
        ...{ bytesPerMonth: 0, bytesPerUserPerMonth: 0 },
      });
      expect(await quotaOf(tenant, 'devicesPerUser')).toMatchObject({
        isDefault: true,
        warning: false,
        heaviest: [{ userId: tenant.ownerId, used: 1 }],
      });
    });

    test('warns from 80 % on', async () => {
      const { tenant, set } = await prepared(create);
      await set({ devices: 5 });
      for (let i = 0; i < 3; i++) await createDevice(tenant);
      expect(await quotaOf(tenant, 'devices')).toMatchObject({ share: 0.6, warning: false });
      await createDevice(tenant);
      expect(await quotaOf(tenant, 'devices')).toMatchObject({ share: 0.8, warning: true });
    });
  });

  describe('quota.set', () => {
    test('counts at once, is logged, and null goes back to the usual', async () => {
      const { tenant, set } = await prepared(create);
      const reply = await set({ devices: 1, users: 1 });
      expect(reply.status).toBe(200);
      expect(reply.body.filter(({ isDefault }) => !isDefault)).toMatchObject([
        { name: 'users', used: 1, most: 1, share: 1 },
        { name: 'devices', used: 0, most: 1 },
      ]);
      await createDevice(tenant);
      const body = { userId: tenant.ownerId, name: 'one too many' };
      const refused = await tenant.api('POST', tenant.path('/devices'), body);
      expect(refused.body).toMatchObject({
        ...{ status: 409, code: 'quota_reached' },
        wayOut: expect.stringContaining('Revoke devices that are not used'),
        problems: [{ field: 'devices', rule: 'must be at most 1' }],
      });
      await set({ devices: null });
      await createDevice(tenant);
      expect(await quotaOf(tenant, 'devices')).toMatchObject({ isDefault: true, used: 2 });
      const log = await tenant.api<Listing<object>>('GET', tenant.path('/audit?limit=2'));
      expect(log.body.items[1]).toMatchObject({
        operation: 'quota.set',
        actor: 'operator',
        summary: { 'devices.before': 1, 'devices.after': null },
      });
    });

    test('below what is used takes nothing away', async () => {
      const { tenant, set } = await prepared(create);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      await createDevice(tenant);
      await set({ devices: 1 });
      expect(await quotaOf(tenant, 'devices')).toMatchObject({ used: 2, share: 2, warning: true });
      const got = await tenant.api('GET', tenant.path(`/devices/${device.id}`));
      expect(got.body).toMatchObject({ status: 'active' });
    });

    test.each([[{ devices: -1 }], [{ devices: 1.5 }], [{ colours: 3 }], [{ users: 'many' }]])(
      'refuses %j',
      async (quotas) => {
        const { set } = await prepared(create);
        expect((await set(quotas)).status).toBe(400);
      },
    );

    test("is the operator's; another tenant's quotas are not to be seen", async () => {
      const { plane, tenant } = await prepared(create);
      expect((await tenant.api('PUT', tenant.path('/quotas'), { devices: 9 })).status).toBe(403);
      const other = await createTenant(plane);
      expect((await other.api('GET', tenant.path('/quotas'))).status).toBe(404);
    });
  });

  describe('the quota of bytes', () => {
    test('keeps access from being handed out, and cuts nobody off', async () => {
      const { tenant, gateway, set } = await prepared(create);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const link = await createLink(tenant, device.id);
      await set({ bytesPerMonth: 0 });
      const attempts = [
        tenant.api('POST', tenant.path('/devices'), { userId: tenant.ownerId, name: 'x' }),
        tenant.api('POST', tenant.path(`/devices/${device.id}/reissue`), {}),
        tenant.api('POST', tenant.path('/links'), { deviceId: device.id }),
        tenant.api('POST', '/v1/links/redeem', { token: link.token }),
      ];
      for (const reply of await Promise.all(attempts))
        expect(reply.body).toMatchObject({
          code: 'quota_reached',
          wayOut: expect.stringContaining('tunnels stay up'),
          problems: [{ field: 'bytesPerMonth' }],
        });
      const state = await gateway.api<string>('GET', '/v1/agent/state');
      const payload = Buffer.from(state.text.split('.')[1] ?? '', 'base64url').toString();
      expect(JSON.parse(payload).peers.upsert).toMatchObject([{ id: device.id }]);
      expect((await tenant.api('POST', tenant.path(`/devices/${device.id}/revoke`))).status).toBe(
        200,
      );
    });

    test('is counted by day and month of UTC', () => {
      const at = Date.UTC(2026, 10, 30, 23, 59, 59);
      expect([dayOf(at), monthOf(at + 1000)]).toEqual(['2026-11-30', '2026-12']);
    });
  });
}

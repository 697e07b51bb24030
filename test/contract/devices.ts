import { describe, expect, test } from 'vitest';
import type { Device, DeviceDetail, RedeemedLink } from '../../src/model/device.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { readDocument } from './agent.ts';
import {
  apiOf,
  createDevice,
  createGateway,
  createLink,
  createTenant,
  enrolledGateway,
  type Plane,
  publicKey,
  type TestGateway,
  type TestTenant,
} from './plane.ts';

async function detail(tenant: TestTenant, id: string): Promise<DeviceDetail> {
  return (await tenant.api<DeviceDetail>('GET', tenant.path(`/devices/${id}`))).body;
}

export function deviceContract(create: () => Promise<Plane>): void {
  describe('device.create', () => {
    test('makes a device that waits for a link', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { name: `Ann's "phone" 📱`, platform: 'ios' });
      expect(device).toMatchObject({
        name: `Ann's "phone" 📱`,
        platform: 'ios',
        status: 'pending',
        publicKey: null,
        gatewayIds: [gateway.id],
      });
    });

    test('takes an end that is to come, which may be moved and taken away', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await enrolledGateway(plane, tenant);
      const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
      const device = await createDevice(tenant, { expiresAt: inDays(7) });
      const path = tenant.path(`/devices/${device.id}`);
      const { createdAt, ...shown } = (await tenant.api<Device>('GET', path)).body;
      expect(Date.parse(shown.expiresAt ?? '') - Date.parse(createdAt)).toBeGreaterThan(6e8);
      for (const [bad, rule] of [
        [inDays(-1), 'must be in the future'],
        [inDays(4000), 'must be within 3653 days'],
        ['tomorrow', expect.any(String)],
      ]) {
        const body = { userId: tenant.ownerId, name: 'x', expiresAt: bad };
        for (const reply of [
          await tenant.api('POST', tenant.path('/devices'), body),
          await tenant.api('PATCH', path, { expiresAt: bad }),
        ])
          expect([reply.status, reply.body]).toMatchObject([
            400,
            { code: 'invalid_input', problems: [{ field: 'expiresAt', rule }] },
          ]);
      }
      const moved = inDays(30);
      const later = await tenant.api<Device>('PATCH', path, { expiresAt: moved });
      expect(later.body.expiresAt).toBe(moved);
      expect((await tenant.api<Device>('PATCH', path, { name: 'y' })).body.expiresAt).toBe(moved);
      const never = await tenant.api<Device>('PATCH', path, { expiresAt: null });
      expect(never.body.expiresAt).toBeNull();
      const log = await tenant.api('GET', tenant.path(`/audit?limit=1&subject=${device.id}`));
      expect(log.body).toMatchObject({
        items: [{ summary: { 'expiresAt.before': moved, 'expiresAt.after': null } }],
      });
    });

    test('with a public key gives it addresses on every gateway at once', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const one = await enrolledGateway(plane, tenant, { dns: ['10.64.0.1'] });
      await createGateway(tenant);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const { status, connections } = await detail(tenant, device.id);
      expect(status).toBe('active');
      // The second gateway has not enrolled, so nobody can connect to it yet.
      expect(connections).toMatchObject([
        {
          gatewayId: one.id,
          gatewayPublicKey: one.wireguardPublicKey,
          addresses: ['10.64.0.2/32', expect.stringMatching(/^fd.*::2\/128$/)],
          endpoint: { host: 'vpn.example.com', port: 51820 },
          routes: ['0.0.0.0/0', '::/0'],
          dns: ['10.64.0.1'],
        },
      ]);
    });

    test('refuses unknown users and gateways, and a tenant without a gateway', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const devices = tenant.path('/devices');
      const body = { userId: tenant.ownerId, name: 'x' };
      expect((await tenant.api('POST', devices, body)).body).toMatchObject({
        code: 'gateway_not_ready',
      });
      await createGateway(tenant);
      const stranger = { ...body, userId: 'u_0000000000000000' };
      expect((await tenant.api('POST', devices, stranger)).status).toBe(404);
      const nowhere = { ...body, gatewayIds: ['gw_0000000000000000'] };
      expect((await tenant.api('POST', devices, nowhere)).status).toBe(404);
    });

    test.each(['short', 'A'.repeat(44), `${'A'.repeat(43)}=`, ' '.repeat(44), 7])(
      'refuses the public key %j',
      async (key) => {
        const tenant = await createTenant(await create());
        const body = { userId: tenant.ownerId, name: 'x', publicKey: key };
        const reply = await tenant.api('POST', tenant.path('/devices'), body);
        expect(reply.body).toMatchObject({ status: 400, problems: [{ field: 'publicKey' }] });
      },
    );

    test("refuses a public key that is or was a device's, or is a gateway's", async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant);
      const key = publicKey();
      const first = await createDevice(tenant, { publicKey: key });
      const devices = tenant.path('/devices');
      const body = { userId: tenant.ownerId, name: 'x', publicKey: key };
      const living = await tenant.api('POST', devices, body);
      expect(living.body).toMatchObject({ status: 409, code: 'public_key_in_use' });
      await tenant.api('POST', tenant.path(`/devices/${first.id}/revoke`));
      const retired = await tenant.api('POST', devices, body);
      expect(retired.body).toMatchObject({ code: 'public_key_in_use' });
      const ours = { ...body, publicKey: gateway.wireguardPublicKey };
      expect((await tenant.api('POST', devices, ours)).status).toBe(409);
    });

    test('refuses when the pool is exhausted, and gives a freed address on', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      // A /29 has hosts 2 to 6 for devices.
      await enrolledGateway(plane, tenant, { pools: { v4: '10.9.0.0/29' } });
      const made = [];
      for (let i = 0; i < 5; i++) made.push(await createDevice(tenant, { publicKey: publicKey() }));
      const body = { userId: tenant.ownerId, name: 'x', publicKey: publicKey() };
      const full = await tenant.api('POST', tenant.path('/devices'), body);
      expect(full.body).toMatchObject({ status: 409, code: 'pool_exhausted' });
      const [, second, , fourth] = made;
      for (const device of [fourth, second])
        await tenant.api('POST', tenant.path(`/devices/${device?.id}/revoke`));
      const next = await createDevice(tenant, { publicKey: publicKey() });
      const { connections } = await detail(tenant, next.id);
      // The address that has rested longest goes first: the fourth device's.
      expect(connections[0]?.addresses[0]).toBe('10.9.0.5/32');
    });
  });

  describe('device.update', () => {
    test('changes what it names and keeps the rest, its credential too', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      expect(device.onDemand).toEqual({ mode: 'off', excludedSsids: [], probe: true });
      const path = tenant.path(`/devices/${device.id}`);
      const before = await detail(tenant, device.id);
      const onDemand = { mode: 'wifi', excludedSsids: [' Café "2" 📶', 'Home'] };
      const body = { name: 'tablet', platform: 'ios', onDemand };
      const reply = await tenant.api<Device>('PATCH', path, body);
      expect(reply.headers.get('etag')).toBe(`"${reply.body.revision}"`);
      const probe = await tenant.api('PATCH', path, { onDemand: { probe: false } });
      expect(probe.status).toBe(200);
      const after = await detail(tenant, device.id);
      expect(after).toEqual({
        ...before,
        ...body,
        onDemand: { ...onDemand, probe: false },
        revision: reply.body.revision + 1,
      });
    });

    test('does not overwrite what somebody else changed meanwhile', async () => {
      const tenant = await createTenant(await create());
      await createGateway(tenant);
      const device = await createDevice(tenant);
      const path = tenant.path(`/devices/${device.id}`);
      const match = { 'if-match': `"${device.revision}"` };
      expect((await tenant.api('PATCH', path, { name: 'one' }, match)).status).toBe(200);
      const late = await tenant.api('PATCH', path, { name: 'two' }, match);
      expect(late.body).toMatchObject({ status: 412, code: 'precondition_failed' });
      expect(await detail(tenant, device.id)).toMatchObject({ name: 'one' });
    });

    test('moves it to others, which alone hear of it, and back to its old address', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const [one, two, three] = [
        await enrolledGateway(plane, tenant),
        await enrolledGateway(plane, tenant),
        await enrolledGateway(plane, tenant),
      ];
      const key = publicKey();
      const gatewayIds = [one.id, two.id].sort();
      const device = await createDevice(tenant, { publicKey: key, gatewayIds });
      const path = tenant.path(`/devices/${device.id}`);
      const before = await detail(tenant, device.id);
      const move = async (ids: string[]) => {
        const asked = [...ids].sort();
        const reply = await tenant.api<Device>('PATCH', path, { gatewayIds: asked });
        expect(reply.body).toMatchObject({ gatewayIds: asked, publicKey: key, status: 'active' });
        return reply.body.revision;
      };
      const heard = async (gateway: TestGateway, since: number) => {
        const reply = await gateway.api('GET', `/v1/agent/state?since=${since}`);
        return reply.status === 204 ? undefined : (await readDocument(gateway, reply.text)).peers;
      };
      const newest = async (gateway: TestGateway) => {
        const { body } = await tenant.api<Gateway>('GET', tenant.path(`/gateways/${gateway.id}`));
        return body.revision;
      };
      const seen = [await newest(one), await newest(two), await newest(three)] as const;
      await move([two.id, three.id]);
      expect(await heard(one, seen[0])).toEqual({ upsert: [], remove: [device.id] });
      expect(await heard(two, seen[1])).toBeUndefined();
      expect(await heard(three, seen[2])).toMatchObject({
        upsert: [{ id: device.id, publicKey: key }],
      });
      const moved = await detail(tenant, device.id);
      expect(moved.connections.map(({ gatewayId }) => gatewayId).sort()).toEqual(
        [two.id, three.id].sort(),
      );
      await move(gatewayIds);
      const byGateway = (a: { gatewayId: string }, b: { gatewayId: string }) =>
        a.gatewayId < b.gatewayId ? -1 : 1;
      const back = await detail(tenant, device.id);
      expect(back.connections.sort(byGateway)).toEqual(before.connections.sort(byGateway));
      const digests = await tenant.api<{ items: Gateway[] }>('GET', tenant.path('/gateways'));
      expect(digests.body.items.map(({ peerCount }) => peerCount)).toEqual([1, 1, 0]);
    });

    test('moves a device that waits for its key without telling any gateway', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const [one, two] = [await createGateway(tenant), await enrolledGateway(plane, tenant)];
      const device = await createDevice(tenant, { gatewayIds: [one.gateway.id] });
      const path = tenant.path(`/devices/${device.id}`);
      await tenant.api('PATCH', path, { gatewayIds: [two.id] });
      const link = await createLink(tenant, device.id);
      const redeemed = await apiOf(plane)<RedeemedLink>('POST', '/v1/links/redeem', {
        token: link.token,
      });
      expect(redeemed.body.connections.map(({ gatewayId }) => gatewayId)).toEqual([two.id]);
    });

    test("refuses unknown gateways, and to move a suspended user's device", async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const [one, two] = [await createGateway(tenant), await createGateway(tenant)];
      const user = await tenant.api<{ id: string }>('POST', tenant.path('/users'), { name: 'B' });
      const gatewayIds = [one.gateway.id];
      const device = await createDevice(tenant, { userId: user.body.id, gatewayIds });
      const path = tenant.path(`/devices/${device.id}`);
      const nowhere = { gatewayIds: ['gw_0000000000000000'] };
      expect((await tenant.api('PATCH', path, nowhere)).status).toBe(404);
      await tenant.api('POST', tenant.path(`/users/${user.body.id}/suspend`));
      const moved = await tenant.api('PATCH', path, { gatewayIds: [two.gateway.id] });
      expect(moved.body).toMatchObject({ status: 409, code: 'user_suspended' });
      expect((await tenant.api('PATCH', path, { name: 'x' })).status).toBe(200);
    });

    test.each([
      [{ gatewayIds: [] }, 'gatewayIds'],
      [{ onDemand: { mode: 'sometimes' } }, 'onDemand.mode'],
      [{ onDemand: { excludedSsids: ['x'.repeat(33)] } }, 'onDemand.excludedSsids.0'],
      [{ onDemand: { excludedSsids: ['a\nb'] } }, 'onDemand.excludedSsids.0'],
      [{ publicKey: publicKey() }, 'publicKey'],
    ])('refuses %j', async (body, field) => {
      const tenant = await createTenant(await create());
      await createGateway(tenant);
      const device = await createDevice(tenant);
      const reply = await tenant.api('PATCH', tenant.path(`/devices/${device.id}`), body);
      expect(reply.body).toMatchObject({ status: 400, problems: [{ field }] });
    });
  });

  describe('device.revoke', () => {
    test('takes away key, peers and links; twice is the same as once', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const path = tenant.path(`/devices/${device.id}/revoke`);
      const first = await tenant.api('POST', path);
      expect(first.body).toMatchObject({ status: 'revoked', publicKey: null });
      const second = await tenant.api('POST', path);
      expect(second.body).toEqual(first.body);
      expect(await detail(tenant, device.id)).toMatchObject({ connections: [] });
      const unknown = tenant.path('/devices/d_0000000000000000/revoke');
      expect((await tenant.api('POST', unknown)).status).toBe(404);
    });
  });

  describe('device.reissue', () => {
    test('replaces the key in place and keeps the address', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await enrolledGateway(plane, tenant);
      const [device, neighbour] = [
        await createDevice(tenant, { publicKey: publicKey() }),
        await createDevice(tenant, { publicKey: publicKey() }),
      ];
      const before = await detail(tenant, device.id);
      const key = publicKey();
      const path = tenant.path(`/devices/${device.id}/reissue`);
      const reply = await tenant.api('POST', path, { publicKey: key });
      expect(reply.body).toMatchObject({ status: 'active', publicKey: key });
      const after = await detail(tenant, device.id);
      expect(after.connections).toEqual(before.connections);
      expect(await detail(tenant, neighbour.id)).toMatchObject({ publicKey: neighbour.publicKey });
    });

    test('brings a revoked device back with a fresh key, never with the old one', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await enrolledGateway(plane, tenant);
      const old = publicKey();
      const device = await createDevice(tenant, { publicKey: old });
      const path = tenant.path(`/devices/${device.id}`);
      await tenant.api('POST', `${path}/revoke`);
      const same = await tenant.api('POST', `${path}/reissue`, { publicKey: old });
      expect(same.body).toMatchObject({ code: 'public_key_in_use' });
      const fresh = await tenant.api('POST', `${path}/reissue`, { publicKey: publicKey() });
      expect(fresh.body).toMatchObject({ status: 'active' });
      expect((await detail(tenant, device.id)).connections).toHaveLength(1);
    });

    test('without a key cuts the device until a link is redeemed', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const reply = await tenant.api('POST', tenant.path(`/devices/${device.id}/reissue`), {});
      expect(reply.body).toMatchObject({ status: 'pending', publicKey: null });
      expect((await detail(tenant, device.id)).connections).toEqual([]);
    });
  });
}

import { describe, expect, test } from 'vitest';
import type { DeviceDetail } from '../../src/model/device.ts';
import {
  createDevice,
  createGateway,
  createTenant,
  enrolledGateway,
  type Plane,
  publicKey,
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

import { describe, expect, test } from 'vitest';
import type { RedeemedLink } from '../../src/model/device.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import {
  apiOf,
  createDevice,
  createGateway,
  createLink,
  createTenant,
  enrolledGateway,
  type Plane,
  publicKey,
} from './plane.ts';

export function gatewayContract(create: () => Promise<Plane>): void {
  describe('gateway.create', () => {
    test('chooses pools that overlap no other', async () => {
      const tenant = await createTenant(await create());
      const pools = [];
      for (let i = 0; i < 3; i++) pools.push((await createGateway(tenant)).gateway.pools.v4);
      expect(pools).toEqual(['10.64.0.0/18', '10.64.64.0/18', '10.64.128.0/18']);
    });

    test('goes round a default pool that somebody named', async () => {
      const tenant = await createTenant(await create());
      await createGateway(tenant, { pools: { v4: '10.64.0.0/17' } });
      const { gateway } = await createGateway(tenant);
      expect(gateway.pools.v4).toBe('10.64.128.0/18');
    });

    test.each([
      [{ pools: { v4: '10.64.0.1/18' } }, 'pools.v4', 'did you mean 10.64.0.0/18?'],
      [{ pools: { v4: 'fd00::/64' } }, 'pools.v4', 'must be an IPv4 prefix'],
      [{ pools: { v4: '10.64.0.0/31' } }, 'pools.v4', 'must be an IPv4 prefix'],
      [{ pools: { v6: 'fd00::1/64' } }, 'pools.v6', 'did you mean fd00::/64?'],
      [{ endpoint: { host: 'not a host' } }, 'endpoint.host', 'must be a host name'],
      [{ endpoint: { host: 'a.example', port: 0 } }, 'endpoint.port', 'must be at least 1'],
      [{ listenPort: 70000 }, 'listenPort', 'must be at most 65535'],
      [{ mtu: 1279 }, 'mtu', 'must be at least 1280'],
      [{ routes: ['10.0.0.1/8'] }, 'routes.0', 'did you mean 10.0.0.0/8?'],
      [{ dns: ['one.one'] }, 'dns.0', 'must be an IP address'],
    ])('refuses %j', async (body, field, rule) => {
      const tenant = await createTenant(await create());
      const gateway = { name: 'g', endpoint: { host: 'a.example' }, ...body };
      const reply = await tenant.api('POST', tenant.path('/gateways'), gateway);
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({
        problems: [{ field, rule: expect.stringContaining(rule) }],
      });
    });

    test('refuses overlapping pools and names both', async () => {
      const tenant = await createTenant(await create());
      await createGateway(tenant, { name: 'one', pools: { v4: '10.1.0.0/16' } });
      const body = { name: 'two', endpoint: { host: 'a.example' }, pools: { v4: '10.1.2.0/24' } };
      const reply = await tenant.api('POST', tenant.path('/gateways'), body);
      expect(reply.body).toMatchObject({
        code: 'pool_overlap',
        detail: 'The pool 10.1.2.0/24 overlaps 10.1.0.0/16 of gateway "one".',
      });
    });
  });

  describe('gateway.enroll', () => {
    test('tells a repeated request the same again and refuses any other VM', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant);
      const anonymous = apiOf(plane);
      const again = await anonymous('POST', '/v1/agent/enroll', gateway.enrollment);
      expect(again.body).toEqual(gateway.enrolled);
      const thief = { ...gateway.enrollment, wireguardPublicKey: publicKey() };
      const stolen = await anonymous('POST', '/v1/agent/enroll', thief);
      expect(stolen.body).toMatchObject({ status: 409, code: 'token_used' });
    });

    test('refuses tokens that are wrong, of a deleted gateway or of another one', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const { enrollment } = await enrolledGateway(plane, tenant);
      const { gateway, enrollment: fresh } = await createGateway(tenant);
      const anonymous = apiOf(plane);
      const token = fresh.token.slice(0, -1) + (fresh.token.endsWith('0') ? '1' : '0');
      const wrong = { ...enrollment, token };
      expect((await anonymous('POST', '/v1/agent/enroll', wrong)).status).toBe(401);
      const nonsense = { ...enrollment, token: 'nonsense' };
      expect((await anonymous('POST', '/v1/agent/enroll', nonsense)).status).toBe(401);
      await tenant.api('DELETE', tenant.path(`/gateways/${gateway.id}`));
      const late = { ...enrollment, token: fresh.token };
      expect((await anonymous('POST', '/v1/agent/enroll', late)).status).toBe(401);
    });
  });

  describe('gateway.get and gateway.list', () => {
    test('show what the agent reported and whether that is the desired state', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant);
      const path = tenant.path(`/gateways/${gateway.id}`);
      const before = await tenant.api<Gateway>('GET', path);
      expect(before.body).toMatchObject({ status: 'enrolled', applied: 'pending', observed: null });
      const report = {
        revision: before.body.revision,
        sections: { wireguard: { status: 'applied' }, firewall: { status: 'applied' } },
        peerDigest: '0'.repeat(32),
        peerCount: 0,
        versions: { agent: 'test' },
        peers: [],
      };
      const reply = await gateway.api('POST', '/v1/agent/report', report);
      expect(reply.body).toEqual({ resync: false });
      const after = await tenant.api<Gateway>('GET', path);
      expect(after.body).toMatchObject({ applied: 'applied', observed: { peerCount: 0 } });
      const ahead = { ...report, revision: report.revision + 1 };
      await gateway.api('POST', '/v1/agent/report', ahead);
      expect((await tenant.api('GET', path)).body).toMatchObject({ applied: 'failed' });
      const failed = { ...report, sections: { firewall: { status: 'failed', error: 'nft: no' } } };
      await gateway.api('POST', '/v1/agent/report', failed);
      const { body } = await tenant.api<{ items: Gateway[] }>('GET', tenant.path('/gateways'));
      expect(body.items).toMatchObject([{ id: gateway.id, applied: 'failed' }]);
    });
  });

  describe('gateway.delete', () => {
    test('removes it, its agent and its peers, and keeps the devices', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const path = tenant.path(`/gateways/${gateway.id}`);
      expect((await tenant.api('DELETE', path)).status).toBe(204);
      expect((await tenant.api('GET', path)).status).toBe(404);
      expect((await tenant.api('DELETE', path)).status).toBe(404);
      expect((await gateway.api('GET', '/v1/agent/state')).status).toBe(401);
      const left = await tenant.api('GET', tenant.path(`/devices/${device.id}`));
      expect(left.body).toMatchObject({ status: 'active', gatewayIds: [], connections: [] });
    });

    test('leaves no device behind: a new credential finds the gateways of today', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const old = await enrolledGateway(plane, tenant);
      const [reissued, linked] = [await createDevice(tenant), await createDevice(tenant)];
      const link = await createLink(tenant, linked.id);
      await tenant.api('DELETE', tenant.path(`/gateways/${old.id}`));
      const fresh = await enrolledGateway(plane, tenant);
      const path = tenant.path(`/devices/${reissued.id}/reissue`);
      const reply = await tenant.api('POST', path, { publicKey: publicKey() });
      expect(reply.body).toMatchObject({ status: 'active', gatewayIds: [fresh.id] });
      const redeemed = await apiOf(plane)<RedeemedLink>('POST', '/v1/links/redeem', {
        token: link.token,
      });
      expect(redeemed.body.connections.map(({ gatewayId }) => gatewayId)).toEqual([fresh.id]);
    });
  });
}

import { describe, expect, test } from 'vitest';
import type { DeviceDetail, RedeemedLink } from '../../src/model/device.ts';
import type { CreatedGateway, Gateway, UpdatedGateway } from '../../src/model/gateway.ts';
import { readDocument } from './agent.ts';
import {
  apiOf,
  createDevice,
  createGateway,
  createLink,
  createTenant,
  enrollAs,
  enrolledGateway,
  expectStatus,
  type Plane,
  publicKey,
  type TestTenant,
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

  describe('gateway.update', () => {
    test('changes what it names, and the document of the gateway with it', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant, { dns: ['10.64.0.1'] });
      const path = tenant.path(`/gateways/${gateway.id}`);
      const before = await tenant.api<Gateway>('GET', path);
      const body = { mtu: 1380, isolateClients: false, routes: ['10.0.0.0/8'] };
      const reply = await tenant.api<UpdatedGateway>('PATCH', path, body);
      const { staleInProfiles, ...updated } = reply.body;
      expect(staleInProfiles).toEqual(['routes', 'mtu']);
      expect(updated).toEqual({ ...before.body, ...body, revision: before.body.revision + 1 });
      expect(reply.headers.get('etag')).toBe(`"${updated.revision}"`);
      expect((await tenant.api('GET', path)).body).toEqual(updated);
      const state = await gateway.api('GET', `/v1/agent/state?since=${before.body.revision}`);
      const document = await readDocument(gateway, state.text);
      expect(document).toMatchObject({
        base: before.body.revision,
        revision: updated.revision,
        sections: { wireguard: { mtu: 1380 }, firewall: { isolateClients: false } },
        peers: { upsert: [], remove: [] },
      });
    });

    test('moves the endpoint by parts, for new profiles, and says so', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const path = tenant.path(`/gateways/${gateway.id}`);
      const host = await tenant.api('PATCH', path, { endpoint: { host: 'new.example.com' } });
      const port = await tenant.api('PATCH', path, { endpoint: { port: 443 } });
      expect([host.body, port.body]).toMatchObject([
        {
          endpoint: { host: 'new.example.com', port: 51820 },
          staleInProfiles: ['endpoint'],
        },
        { endpoint: { host: 'new.example.com', port: 443 } },
      ]);
      const { body } = await tenant.api('GET', tenant.path(`/devices/${device.id}`));
      expect(body).toMatchObject({ connections: [{ endpoint: { port: 443 } }] });
      const log = await tenant.api('GET', tenant.path('/audit?operation=gateway.update'));
      expect(log.body).toMatchObject({
        items: [
          { summary: { 'endpoint.after': '{"host":"new.example.com","port":443}' } },
          { summary: { 'endpoint.before': '{"host":"vpn.example.com","port":51820}' } },
        ],
      });
    });

    test('holds If-Match against changes of the gateway, not against its devices', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant);
      const path = tenant.path(`/gateways/${gateway.id}`);
      const match = { 'if-match': (await tenant.api('GET', path)).headers.get('etag') ?? '' };
      await createDevice(tenant, { publicKey: publicKey() });
      expect((await tenant.api('PATCH', path, { name: 'one' }, match)).status).toBe(200);
      const late = await tenant.api('PATCH', path, { name: 'two' }, match);
      expect(late.body).toMatchObject({ status: 412, code: 'precondition_failed' });
      const ahead = await tenant.api('PATCH', path, { name: 'two' }, { 'if-match': '"9999"' });
      expect(ahead.status).toBe(412);
      expect((await tenant.api('GET', path)).body).toMatchObject({ name: 'one' });
    });

    test.each([
      [{ endpoint: { host: 'not a host' } }, 'endpoint.host'],
      [{ routes: [] }, 'routes'],
      [{ mtu: 9000 }, 'mtu'],
      [{ pools: { v4: '10.0.0.0/8' } }, 'pools'],
    ])('refuses %j', async (body, field) => {
      const tenant = await createTenant(await create());
      const { gateway } = await createGateway(tenant);
      const reply = await tenant.api('PATCH', tenant.path(`/gateways/${gateway.id}`), body);
      expect(reply.body).toMatchObject({ status: 400, problems: [{ field }] });
    });

    test("refuses another gateway's name, and gateways that are not there", async () => {
      const tenant = await createTenant(await create());
      const [one, two] = [await createGateway(tenant), await createGateway(tenant)];
      const path = tenant.path(`/gateways/${two.gateway.id}`);
      const taken = await tenant.api('PATCH', path, { name: one.gateway.name });
      expect(taken.body).toMatchObject({ status: 409, code: 'already_exists' });
      const nobody = tenant.path('/gateways/gw_0000000000000000');
      expect((await tenant.api('PATCH', nobody, { name: 'x' })).status).toBe(404);
    });
  });

  describe('gateway.renewToken', () => {
    const renew = async (tenant: TestTenant, id: string) => {
      const path = tenant.path(`/gateways/${id}/renew-token`);
      return expectStatus(await tenant.api<CreatedGateway>('POST', path), 201);
    };

    test('puts another VM in the place of the one from before', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const old = await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const devicePath = tenant.path(`/devices/${device.id}`);
      const before = await tenant.api<DeviceDetail>('GET', devicePath);
      expect((await old.api('GET', '/v1/agent/state')).status).toBe(200);

      const { gateway, enrollment } = await renew(tenant, old.id);
      expect(gateway).toMatchObject({
        id: old.id,
        status: 'pending',
        peerCount: 1,
        observed: null,
      });
      expect((await old.api('GET', '/v1/agent/state')).status).toBe(401);
      // Nobody gets a profile with the key of a VM that is gone.
      expect((await tenant.api('GET', devicePath)).body).toMatchObject({ connections: [] });
      const again = await apiOf(plane)('POST', '/v1/agent/enroll', old.enrollment);
      expect(again.status).toBe(401);

      const fresh = await enrollAs(plane, tenant, old.id, enrollment.token);
      expect((await old.api('GET', '/v1/agent/state')).status).toBe(401);
      const state = await fresh.api('GET', '/v1/agent/state');
      const document = await readDocument(fresh, state.text);
      expect(document).toMatchObject({ base: null, peers: { upsert: [{ id: device.id }] } });
      const after = await tenant.api<DeviceDetail>('GET', devicePath);
      const [connection] = before.body.connections;
      expect(after.body.connections).toEqual([
        { ...connection, gatewayPublicKey: fresh.wireguardPublicKey },
      ]);
    });

    test('replaces a token that nobody used', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const { gateway, enrollment } = await createGateway(tenant);
      const renewed = await renew(tenant, gateway.id);
      await expect(enrollAs(plane, tenant, gateway.id, enrollment.token)).rejects.toThrow('401');
      const { id } = await enrollAs(plane, tenant, gateway.id, renewed.enrollment.token);
      expect(id).toBe(gateway.id);
      const nobody = tenant.path('/gateways/gw_0000000000000000/renew-token');
      expect((await tenant.api('POST', nobody)).status).toBe(404);
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

import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  type DesiredState,
  desiredStateSchema,
  emptyPeerDigest,
} from '../../src/model/desired-state.ts';
import type { Quota } from '../../src/model/quota.ts';
import {
  type Api,
  createDevice,
  createTenant,
  enrolledGateway,
  type Plane,
  publicKey,
  type TestGateway,
} from './plane.ts';

const state = '/v1/agent/state';

/** Verifies as an agent does, then parses. */
export async function readDocument(gateway: TestGateway, jws: string): Promise<DesiredState> {
  const [key] = gateway.enrolled.stateKeys;
  if (key?.kid !== decodeProtectedHeader(jws).kid) throw new Error('signed by another key');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: key?.publicKey ?? '' };
  const { payload } = await compactVerify(jws, await importJWK(jwk, 'EdDSA'));
  return desiredStateSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
}

async function fetchState(gateway: TestGateway, since?: number, api: Api = gateway.api) {
  const reply = await api<string>('GET', since === undefined ? state : `${state}?since=${since}`);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toBe('application/jose');
  return { jws: reply.text, document: await readDocument(gateway, reply.text) };
}

async function prepared(create: () => Promise<Plane>) {
  const plane = await create();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  return { plane, tenant, gateway };
}

export function agentContract(create: () => Promise<Plane>): void {
  describe('gateway.state', () => {
    test('gives everything to an agent that has nothing', async () => {
      const { tenant, gateway } = await prepared(create);
      const key = publicKey();
      const device = await createDevice(tenant, { publicKey: key });
      const { document, jws } = await fetchState(gateway);
      expect(decodeProtectedHeader(jws)).toMatchObject({
        alg: 'EdDSA',
        typ: 'sallyport-state+jws',
      });
      expect(document).toMatchObject({
        gatewayId: gateway.id,
        base: null,
        sections: {
          wireguard: { listenPort: 51820, mtu: 1420 },
          firewall: { isolateClients: true },
        },
        peers: { upsert: [{ id: device.id, publicKey: key }], remove: [] },
      });
    });

    test('gives what changed since, and nothing else', async () => {
      const { tenant, gateway } = await prepared(create);
      const [kept, cut] = [
        await createDevice(tenant, { publicKey: publicKey() }),
        await createDevice(tenant, { publicKey: publicKey() }),
      ];
      const { document: whole } = await fetchState(gateway);
      await tenant.api('POST', tenant.path(`/devices/${cut.id}/revoke`));
      const added = await createDevice(tenant, { publicKey: publicKey() });
      const { document: delta, jws } = await fetchState(gateway, whole.revision);
      expect(delta).toMatchObject({
        base: whole.revision,
        revision: whole.revision + 2,
        sections: {},
        peers: { upsert: [{ id: added.id }], remove: [cut.id] },
      });
      expect(delta.peers.upsert.map(({ id }) => id)).not.toContain(kept.id);
      expect(Buffer.byteLength(jws)).toBeLessThan(1024);
    });

    test('names a reissued device once, with its new key', async () => {
      const { tenant, gateway } = await prepared(create);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const { document: whole } = await fetchState(gateway);
      const key = publicKey();
      await tenant.api('POST', tenant.path(`/devices/${device.id}/reissue`), { publicKey: key });
      const { document: delta } = await fetchState(gateway, whole.revision);
      expect(delta.peers).toMatchObject({
        upsert: [{ id: device.id, publicKey: key }],
        remove: [],
      });
    });

    test('returns to the empty digest when all devices are gone', async () => {
      const { tenant, gateway } = await prepared(create);
      const made = [];
      for (let i = 0; i < 3; i++) made.push(await createDevice(tenant, { publicKey: publicKey() }));
      const digest = (await fetchState(gateway)).document.peerDigest;
      expect(digest).not.toBe(emptyPeerDigest);
      for (const { id } of made) await tenant.api('POST', tenant.path(`/devices/${id}/revoke`));
      expect((await fetchState(gateway)).document.peerDigest).toBe(emptyPeerDigest);
    });

    test('answers 204 when there is nothing newer', async () => {
      const { gateway } = await prepared(create);
      const { document } = await fetchState(gateway);
      const reply = await gateway.api('GET', `${state}?since=${document.revision}`);
      expect(reply.status).toBe(204);
      expect(reply.text).toBe('');
    });

    test('wakes a waiting agent as soon as something changes', async () => {
      const { tenant, gateway } = await prepared(create);
      const { document } = await fetchState(gateway);
      const waiting = gateway.api<string>('GET', `${state}?since=${document.revision}&wait=30`);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const delta = await readDocument(gateway, (await waiting).text);
      expect(delta.peers.upsert.map(({ id }) => id)).toEqual([device.id]);
    });

    test("is not woken by another gateway's changes", async () => {
      const { plane, tenant, gateway } = await prepared(create);
      const other = await enrolledGateway(plane, tenant);
      const { document } = await fetchState(gateway);
      await createDevice(tenant, { publicKey: publicKey(), gatewayIds: [other.id] });
      const reply = await gateway.api('GET', `${state}?since=${document.revision}&wait=0`);
      expect(reply.status).toBe(204);
    });

    test('tells an agent that is ahead of us', async () => {
      const { gateway } = await prepared(create);
      const reply = await gateway.api('GET', `${state}?since=999`);
      expect(reply.body).toMatchObject({ status: 409, code: 'revision_ahead' });
    });

    test.each(['since=0', 'since=-1', 'since=x', 'wait=56', 'wait=-1', 'colour=red'])(
      'refuses ?%s',
      async (query) => {
        const { gateway } = await prepared(create);
        expect((await gateway.api('GET', `${state}?${query}`)).status).toBe(400);
      },
    );

    test('is for agents alone, and an agent may do nothing else', async () => {
      const { tenant, gateway } = await prepared(create);
      expect((await tenant.api('GET', state)).status).toBe(403);
      expect((await gateway.api('GET', tenant.path('/devices'))).status).toBe(403);
    });
  });

  describe("an agent's token", () => {
    test.each([
      ['is too old', { issuedAt: Date.now() - 20 * 60_000 }],
      ['is of the future', { issuedAt: Date.now() + 20 * 60_000 }],
      ['lives too long', { issuedAt: Date.now() - 16 * 60_000, lifetimeSeconds: 24 * 3600 }],
    ])('is refused when it %s', async (_why, options) => {
      const { plane, tenant } = await prepared(create);
      const gateway = await enrolledGateway(plane, tenant);
      const authorization = `Bearer ${await gateway.token(options)}`;
      const response = await plane.request(state, { headers: { authorization } });
      expect(response.status).toBe(401);
    });

    test('of one gateway is not accepted for another', async () => {
      const { plane, tenant, gateway } = await prepared(create);
      const other = await enrolledGateway(plane, tenant);
      const [, claims, signature] = (await gateway.token()).split('.');
      const [head] = (await other.token()).split('.');
      const authorization = `Bearer ${head}.${claims}.${signature}`;
      const response = await plane.request(state, { headers: { authorization } });
      expect(response.status).toBe(401);
    });
  });

  describe('gateway.report', () => {
    const report = {
      revision: 1,
      sections: {},
      peerDigest: emptyPeerDigest,
      peerCount: 0,
      versions: { agent: 'test' },
      peers: [],
    };

    test('sums the traffic of each device', async () => {
      const { tenant, gateway } = await prepared(create);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const seen = { id: device.id, latestHandshake: 1_700_000_000 };
      for (const [receivedBytes, sentBytes] of [
        [10, 1],
        [32, 2],
      ])
        await gateway.api('POST', '/v1/agent/report', {
          ...report,
          peers: [{ ...seen, receivedBytes, sentBytes }],
        });
      const { body } = await tenant.api('GET', tenant.path(`/devices/${device.id}`));
      expect(body).toMatchObject({
        traffic: [
          {
            gatewayId: gateway.id,
            latestHandshake: '2023-11-14T22:13:20.000Z',
            receivedBytes: 42,
            sentBytes: 3,
          },
        ],
      });
    });

    test('counts a report once, however often it comes, and in whatever order', async () => {
      const { tenant, gateway } = await prepared(create);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const send = async (traffic: object | undefined, receivedBytes: number) => {
        const seen = { id: device.id, latestHandshake: 0, receivedBytes, sentBytes: 1 };
        const body = { ...report, peers: [seen], ...(traffic ? { traffic } : {}) };
        expect((await gateway.api('POST', '/v1/agent/report', body)).status).toBe(200);
        await gateway.api('POST', '/v1/agent/report', report);
        const quotas = await tenant.api<Quota[]>('GET', tenant.path('/quotas'));
        const sums = quotas.body.filter(({ name }) => name.startsWith('bytes'));
        const { body: got } = await tenant.api<{ traffic: { receivedBytes: number }[] }>(
          'GET',
          tenant.path(`/devices/${device.id}`),
        );
        return [got.traffic[0]?.receivedBytes, ...sums.map(({ used }) => used)];
      };
      const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
      expect(await send({ run: first, report: 1 }, 10)).toEqual([10, 11, 11]);
      expect(await send({ run: first, report: 1 }, 10)).toEqual([10, 11, 11]);
      expect(await send({ run: first, report: 2 }, 5)).toEqual([15, 17, 17]);
      expect(await send({ run: first, report: 1 }, 10)).toEqual([15, 17, 17]);
      expect(await send({ run: first, report: 2 }, 5)).toEqual([15, 17, 17]);
      // Another run counts from one again; an agent of before has neither run nor number.
      expect(await send({ run: second, report: 1 }, 7)).toEqual([22, 25, 25]);
      expect(await send(undefined, 3)).toEqual([25, 29, 29]);
      expect(await send({ run: second, report: 1 }, 7)).toEqual([25, 29, 29]);
    });

    test("outlives its gateway and its device's key in the sums of the month", async () => {
      const { plane, tenant, gateway } = await prepared(create);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const seen = { id: device.id, latestHandshake: 0, receivedBytes: 40, sentBytes: 2 };
      const body = { ...report, peers: [seen], traffic: { run: 'c'.repeat(32), report: 1 } };
      await gateway.api('POST', '/v1/agent/report', body);
      await tenant.api('DELETE', tenant.path(`/gateways/${gateway.id}`));
      const other = await enrolledGateway(plane, tenant);
      const key = { publicKey: publicKey() };
      await tenant.api('POST', tenant.path(`/devices/${device.id}/reissue`), key);
      await other.api('POST', '/v1/agent/report', body);
      const { body: quotas } = await tenant.api<Quota[]>('GET', tenant.path('/quotas'));
      expect(quotas.find(({ name }) => name === 'bytesPerMonth')?.used).toBe(84);
      expect(quotas.find(({ name }) => name === 'bytesPerUserPerMonth')).toMatchObject({
        heaviest: [{ userId: tenant.ownerId, used: 84 }],
      });
    });

    test('asks for a resync when the peers have drifted at the same revision', async () => {
      const { tenant, gateway } = await prepared(create);
      await createDevice(tenant, { publicKey: publicKey() });
      const { document } = await fetchState(gateway);
      const same = { ...report, revision: document.revision, peerDigest: document.peerDigest };
      const agreed = await gateway.api('POST', '/v1/agent/report', same);
      expect(agreed.body).toEqual({ resync: false });
      const drifted = { ...same, peerDigest: 'f'.repeat(32) };
      const reply = await gateway.api('POST', '/v1/agent/report', drifted);
      expect(reply.body).toEqual({ resync: true });
    });

    test('ignores counters of devices that are not its own', async () => {
      const { plane, tenant, gateway } = await prepared(create);
      const other = await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, {
        publicKey: publicKey(),
        gatewayIds: [other.id],
      });
      const seen = { id: device.id, latestHandshake: 1, receivedBytes: 5, sentBytes: 5 };
      const reply = await gateway.api('POST', '/v1/agent/report', { ...report, peers: [seen] });
      expect(reply.status).toBe(200);
      const { body } = await tenant.api('GET', tenant.path(`/devices/${device.id}`));
      expect(body).toMatchObject({ traffic: [] });
    });

    test('refuses unknown fields and negative counters', async () => {
      const { gateway } = await prepared(create);
      const wrong = { ...report, mood: 'good' };
      expect((await gateway.api('POST', '/v1/agent/report', wrong)).status).toBe(400);
      const negative = { ...report, peerCount: -1 };
      expect((await gateway.api('POST', '/v1/agent/report', negative)).status).toBe(400);
    });
  });
}

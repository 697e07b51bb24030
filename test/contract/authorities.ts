// Authorities, gateways' certificates and lists of the revoked, as the API has them.

import { describe, expect, test } from 'vitest';
import type { Authority } from '../../src/model/authority.ts';
import type { DesiredState } from '../../src/model/desired-state.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { limits } from '../../src/model/limits.ts';
import type { Listing } from '../../src/operations/page.ts';
import { certificateRequest, X509Certificate, X509Crl } from '../pki/peculiar.ts';
import { readDocument } from './agent.ts';
import {
  type Api,
  apiOf,
  createGateway,
  createTenant,
  enrolledGateway,
  expectStatus,
  type Plane,
  type TestGateway,
  type TestTenant,
} from './plane.ts';

/** The certificate that the agent gets for this request. */
export async function certify(agent: Api, request?: string): Promise<string> {
  const body = { certificateRequest: request ?? (await certificateRequest()) };
  const reply = await agent<{ certificate: string }>('POST', '/v1/agent/certificate', body);
  return expectStatus(reply, 200).certificate;
}

/** A gateway with IKEv2 whose agent has enrolled and got a certificate. */
export async function certifiedGateway(
  plane: Plane,
  tenant: TestTenant,
  body: object = {},
): Promise<TestGateway & { certificate: string }> {
  const gateway = await enrolledGateway(plane, tenant, { ikev2: true, ...body });
  return { ...gateway, certificate: await certify(gateway.api) };
}

export async function authoritiesOf(tenant: TestTenant): Promise<Authority[]> {
  const reply = await tenant.api<Listing<Authority>>('GET', tenant.path('/authorities'));
  return expectStatus(reply, 200).items;
}

export async function documentOf(gateway: TestGateway, since?: number): Promise<DesiredState> {
  const query = since === undefined ? '' : `?since=${since}`;
  const reply = await gateway.api<string>('GET', `/v1/agent/state${query}`);
  expectStatus(reply, 200);
  return readDocument(gateway, reply.text);
}

export async function rotate(tenant: TestTenant, id = ''): Promise<Authority> {
  const reply = await tenant.api<Authority>('POST', tenant.path(`/authorities/${id}/rotate`));
  return expectStatus(reply, 201);
}

const der = (base64: string) => new X509Certificate(Buffer.from(base64, 'base64'));

function gatewayTests(create: () => Promise<Plane>): void {
  describe('a gateway with IKEv2', () => {
    test('has pools of its own for it, and an authority comes with the first', async () => {
      const tenant = await createTenant(await create());
      expect(await authoritiesOf(tenant)).toEqual([]);
      const { gateway } = await createGateway(tenant, { ikev2: true });
      expect(gateway.pools.v4).toBe('10.64.0.0/18');
      expect(gateway.ikev2).toMatchObject({
        pools: { v4: '10.64.64.0/18' },
        deviceCount: 0,
        certificateExpiresAt: null,
      });
      const next = await createGateway(tenant, { ikev2: true });
      expect(next.gateway.pools.v4).toBe('10.64.128.0/18');
      const all = await authoritiesOf(tenant);
      expect(all).toMatchObject([{ status: 'active', domain: 'example.com' }]);
      const root = new X509Certificate(all[0]?.certificate ?? '');
      expect(root.subject).toBe(`O=Acme, OU=G1, CN=Sallyport ${tenant.id}`);
    });

    test('gets documents of version 2, with its certificate once it has asked', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant, { ikev2: true, dns: ['10.64.0.1'] });
      const [authority] = await authoritiesOf(tenant);
      const before = await documentOf(gateway);
      expect(before).toMatchObject({
        version: 2,
        sections: {
          firewall: { masquerade: expect.arrayContaining(['10.64.0.0/18', '10.64.64.0/18']) },
          ikev2: {
            identity: 'vpn.example.com',
            certificate: null,
            authorities: [{ id: authority?.id }],
            pools: { v4: '10.64.64.0/18' },
            dns: ['10.64.0.1'],
            withoutRevocations: 'refuse',
          },
        },
        ikev2: { upsert: [], remove: [], digest: '0'.repeat(32), revocations: 0 },
      });
      const certificate = await certify(gateway.api);
      const delta = await documentOf(gateway, before.revision);
      expect(delta.sections.ikev2?.certificate).toBe(certificate);
      const leaf = der(certificate);
      const root = new X509Certificate(authority?.certificate ?? '');
      expect(await leaf.verify({ publicKey: root.publicKey })).toBe(true);
      expect(leaf.subject).toBe('CN=vpn.example.com');
      const shown = await tenant.api<Gateway>('GET', tenant.path(`/gateways/${gateway.id}`));
      expect(shown.body.ikev2?.certificateExpiresAt).toBe(leaf.notAfter.toISOString());
    });

    test('gets the same certificate for the same key, and another for another', async () => {
      const plane = await create();
      const gateway = await enrolledGateway(plane, await createTenant(plane), { ikev2: true });
      const request = await certificateRequest();
      const first = await certify(gateway.api, request);
      const { revision } = await documentOf(gateway);
      expect(await certify(gateway.api, request)).toBe(first);
      expect((await documentOf(gateway)).revision).toBe(revision);
      expect(await certify(gateway.api)).not.toBe(first);
    });

    test('refuses an agent that reads no version 2, and a request that is none', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant, { ikev2: true });
      const { enrollment } = await createGateway(tenant, { ikev2: true });
      const old = { ...gateway.enrollment, token: enrollment.token, protocol: 1 };
      const refused = await apiOf(plane)('POST', '/v1/agent/enroll', old);
      expect(refused.body).toMatchObject({ code: 'protocol_unsupported' });
      const body = { certificateRequest: 'nonsense' };
      const reply = await gateway.api('POST', '/v1/agent/certificate', body);
      expect(reply.body).toMatchObject({
        code: 'invalid_input',
        problems: [{ field: 'certificateRequest' }],
      });
    });

    test('is all that gets certificates: another stays at version 1', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const plain = await enrolledGateway(plane, tenant);
      await certifiedGateway(plane, tenant);
      const body = { certificateRequest: await certificateRequest() };
      const reply = await plain.api('POST', '/v1/agent/certificate', body);
      expect(reply.body).toMatchObject({ code: 'forbidden' });
      const document = await documentOf(plain);
      expect(document.version).toBe(1);
      expect(Object.keys(document.sections)).toEqual(['wireguard', 'firewall']);
      expect(document).not.toHaveProperty('ikev2');
    });

    test('with an address is vouched for by that address alone', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await certifiedGateway(plane, tenant, { endpoint: { host: '192.0.2.7' } });
      expect(await authoritiesOf(tenant)).toMatchObject([{ domain: '192.0.2.7' }]);
      expect(der(gateway.certificate).subject).toBe('CN=192.0.2.7');
    });

    test('of another domain has an authority of its own, which all gateways trust', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const first = await certifiedGateway(plane, tenant);
      const endpoint = { host: 'gate.other.example' };
      const other = await certifiedGateway(plane, tenant, { endpoint });
      await createGateway(tenant, { ikev2: true, endpoint: { host: 'b.other.example' } });
      const all = await authoritiesOf(tenant);
      expect(all).toMatchObject([
        { status: 'active', gateways: 1, domain: 'example.com' },
        { status: 'active', gateways: 1, domain: 'other.example' },
      ]);
      const root = new X509Certificate(all[1]?.certificate ?? '');
      expect(await der(other.certificate).verify({ publicKey: root.publicKey })).toBe(true);
      const { certificate, authorities } = (await documentOf(first)).sections.ikev2 ?? {};
      expect(certificate).toBe(first.certificate);
      expect(authorities?.map(({ id }) => id)).toEqual([all[1]?.id, all[0]?.id]);
    });

    test('is asked for everything again when its devices have drifted', async () => {
      const plane = await create();
      const gateway = await certifiedGateway(plane, await createTenant(plane));
      const { revision, peerDigest, ikev2 } = await documentOf(gateway);
      const seen = { sessions: 0, revocationsUntil: null, certificateUntil: null };
      const report = { revision, sections: {}, peerDigest, peerCount: 0, peers: [] };
      const say = (digest: string | undefined) =>
        gateway.api('POST', '/v1/agent/report', {
          ...report,
          versions: { agent: 'test' },
          ikev2: { ...seen, digest },
        });
      expect((await say(ikev2?.digest)).body).toEqual({ resync: false });
      expect((await say('1'.repeat(32))).body).toEqual({ resync: true });
    });
  });
}

function rotationTests(create: () => Promise<Plane>): void {
  describe('authority.rotate and authority.retire', () => {
    test('trust both in between, and gateways change over at the end', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await certifiedGateway(plane, tenant);
      const [old] = await authoritiesOf(tenant);
      const fresh = await rotate(tenant, old?.id);
      expect(fresh).toMatchObject({ generation: 2, status: 'active', gateways: 0 });
      const between = (await documentOf(gateway)).sections.ikev2;
      expect(between?.certificate).toBe(gateway.certificate);
      expect(between?.authorities.map(({ id }) => id)).toEqual([fresh.id, old?.id]);
      const path = tenant.path(`/authorities/${old?.id}/retire`);
      const retired = await tenant.api<Authority>('POST', path);
      expect(retired.body).toMatchObject({ id: old?.id, status: 'retired', gateways: 0 });
      const after = (await documentOf(gateway)).sections.ikev2;
      expect(after?.authorities.map(({ id }) => id)).toEqual([fresh.id]);
      const root = new X509Certificate(fresh.certificate);
      expect(await der(after?.certificate ?? '').verify({ publicKey: root.publicKey })).toBe(true);
      const again = await tenant.api<Authority>('POST', path);
      expect(again.body.revision).toBe(retired.body.revision);
    });

    test('refuse what is out of turn, and what is not there', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await createGateway(tenant, { ikev2: true });
      const [authority] = await authoritiesOf(tenant);
      const ask = (id: string | undefined, verb: string) =>
        tenant.api('POST', tenant.path(`/authorities/${id}/${verb}`));
      expect((await ask(authority?.id, 'retire')).body).toMatchObject({
        status: 409,
        code: 'authority_active',
      });
      let newest = await rotate(tenant, authority?.id);
      expect((await ask(authority?.id, 'rotate')).body).toMatchObject({
        status: 409,
        code: 'authority_retired',
      });
      for (const verb of ['rotate', 'retire'])
        expect((await ask('ca_0000000000000000', verb)).status).toBe(404);
      for (let i = 2; i < limits.authoritiesPerTenant; i++)
        newest = await rotate(tenant, newest.id);
      expect((await ask(newest.id, 'rotate')).body).toMatchObject({ code: 'limit_reached' });
      expect((await ask(authority?.id, 'retire')).status).toBe(200);
      expect((await ask(newest.id, 'rotate')).status).toBe(201);
    });
  });
}

function listTests(create: () => Promise<Plane>): void {
  describe('the list of revoked certificates', () => {
    test('is there for agents and everyone, and names a gateway that is gone', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await certifiedGateway(plane, tenant);
      const lost = await certifiedGateway(plane, tenant);
      const [authority] = await authoritiesOf(tenant);
      const read = async () => {
        const reply = await gateway.api<string>('GET', `/v1/agent/revocations/${authority?.id}`);
        const text = expectStatus(reply, 200);
        expect(text).toMatch(/^-----BEGIN X509 CRL-----\n/);
        return new X509Crl(text.replaceAll('X509 CRL', 'CRL'));
      };
      expect((await read()).entries).toEqual([]);
      await tenant.api('DELETE', tenant.path(`/gateways/${lost.id}`));
      const list = await read();
      expect(list.entries.map((entry) => entry.serialNumber)).toEqual([
        der(lost.certificate).serialNumber,
      ]);
      const { publicKey } = new X509Certificate(authority?.certificate ?? '');
      expect(await list.verify({ publicKey })).toBe(true);
      const open = await plane.request(`/crl/${tenant.id}/${authority?.id}`);
      expect(open.headers.get('content-type')).toBe('application/pkix-crl');
      const bytes = await open.arrayBuffer();
      expect(Buffer.from(bytes).equals(Buffer.from(list.rawData))).toBe(true);
    });

    test('is not there of what is not, and at the address that certificates name', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const { certificate } = await certifiedGateway(plane, tenant);
      const [authority] = await authoritiesOf(tenant);
      const path = `/crl/${tenant.id}/${authority?.id}`;
      expect(Buffer.from(certificate, 'base64').includes(path)).toBe(true);
      const nowhere = [
        `/crl/${tenant.id}/ca_0000000000000000`,
        `/crl/t_0000000000000000/${authority?.id}`,
        '/crl/nonsense/nonsense',
      ];
      for (const other of nowhere) expect((await plane.request(other)).status).toBe(404);
    });
  });
}

export function authorityContract(create: () => Promise<Plane>): void {
  gatewayTests(create);
  rotationTests(create);
  listTests(create);
}

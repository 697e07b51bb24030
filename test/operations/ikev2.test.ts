// Who may come in by IKEv2: certificates of devices, and what gateways are told of them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DesiredState,
  emptyPeerDigest,
  togglePeerDigest,
} from '../../src/model/desired-state.ts';
import type { Device } from '../../src/model/device.ts';
import { toBase64, toPem } from '../../src/model/encoding.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { type Ikev2Peer, identityDomainOf, ikev2DigestInput } from '../../src/model/ikev2.ts';
import type { Ikev2ProfileKind } from '../../src/model/profile.ts';
import { generateKey } from '../../src/pki/key.ts';
import { secretHash } from '../../src/pki/tokens.ts';
import { authoritiesOf, certifiedGateway, documentOf, rotate } from '../contract/authorities.ts';
import {
  createDevice,
  createGateway,
  createTenant,
  enrolledGateway,
  publicKey,
  type TestGateway,
  type TestTenant,
} from '../contract/plane.ts';
import { createUser } from '../contract/users.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';
import { plansOf } from '../jobs/world.ts';
import { openssl } from '../pki/openssl.ts';
import { X509Certificate } from '../pki/peculiar.ts';
import { certifyDevice } from './ikev2-world.ts';

async function world(environment?: Record<string, string>) {
  const plane = await createControlPlane(environment);
  const tenant = await createTenant(plane);
  const gateway = await certifiedGateway(plane, tenant);
  return { plane, tenant, gateway };
}

async function readDevice(tenant: TestTenant, id: string): Promise<Device> {
  return (await tenant.api<Device>('GET', tenant.path(`/devices/${id}`))).body;
}

async function revocations(gateway: TestGateway): Promise<string> {
  const { sections } = await documentOf(gateway);
  const id = sections.ikev2?.authorities[0]?.id;
  return (await gateway.api<string>('GET', `/v1/agent/revocations/${id}`)).text;
}

const peersOf = async (gateway: TestGateway) => (await documentOf(gateway)).ikev2?.upsert;

test('a device gets a certificate that OpenSSL accepts, until it is revoked', async () => {
  const { tenant, plane, gateway } = await world();
  const ssl = openssl();
  const device = await createDevice(tenant);
  const { identity, certificate, authorities, expiresAt } = await certifyDevice(
    plane,
    tenant,
    device.id,
  );
  const [root] = authorities;
  ssl.put('ca.pem', toPem('CERTIFICATE', root?.certificate ?? new Uint8Array()));
  ssl.put('device.pem', toPem('CERTIFICATE', certificate));
  const served = Buffer.from(gateway.certificate, 'base64');
  ssl.put('gateway.pem', toPem('CERTIFICATE', served));
  ssl.put('list.pem', await revocations(gateway));
  const verify = ['verify', '-x509_strict', '-CAfile', 'ca.pem', '-crl_check', '-CRLfile'];
  const asClient = [...verify, 'list.pem', '-purpose', 'sslclient', 'device.pem'];
  expect(ssl.run(...asClient).text).toMatch(/device.pem: OK/);
  const asServer = [...verify, 'list.pem', '-purpose', 'sslserver', 'gateway.pem'];
  expect(ssl.run(...asServer, '-verify_hostname', 'vpn.example.com').text).toMatch(/OK/);
  expect(identity.endsWith(`@${identityDomainOf(tenant.id)}`)).toBe(true);
  expect(root?.commonName).toBe(`Sallyport ${tenant.id}`);
  expect(await peersOf(gateway)).toEqual([{ id: device.id, identity }]);
  const live = await readDevice(tenant, device.id);
  expect(live).toMatchObject({
    status: 'active',
    publicKey: null,
    ikev2: { identity, expiresAt: new Date(expiresAt).toISOString() },
  });
  const before = await documentOf(gateway);
  await tenant.api('POST', tenant.path(`/devices/${device.id}/revoke`));
  const delta = await documentOf(gateway, before.revision);
  expect(delta.ikev2).toMatchObject({ upsert: [], remove: [device.id], digest: emptyPeerDigest });
  expect(delta.ikev2?.revocations).toBe(delta.revision);
  ssl.put('list.pem', await revocations(gateway));
  expect(ssl.run(...asClient).text).toMatch(/certificate revoked/);
  expect(await readDevice(tenant, device.id)).toMatchObject({ status: 'revoked', ikev2: null });
});

test('one protocol anew leaves the other, and a reissue replaces both', async () => {
  const { tenant, plane, gateway } = await world();
  const device = await createDevice(tenant, { publicKey: publicKey() });
  const first = await certifyDevice(plane, tenant, device.id);
  expect(await readDevice(tenant, device.id)).toMatchObject({ publicKey: device.publicKey });
  const second = await certifyDevice(plane, tenant, device.id);
  expect(second.identity).not.toBe(first.identity);
  expect(await peersOf(gateway)).toEqual([{ id: device.id, identity: second.identity }]);
  const { serialNumber } = new X509Certificate(first.certificate);
  const ssl = openssl();
  ssl.put('list.pem', await revocations(gateway));
  const shown = ssl.run('crl', '-in', 'list.pem', '-noout', '-text').text.toLowerCase();
  expect(shown).toContain(serialNumber);
  expect(shown).not.toContain(new X509Certificate(second.certificate).serialNumber);
  const key = publicKey();
  await tenant.api('POST', tenant.path(`/devices/${device.id}/reissue`), { publicKey: key });
  expect(await readDevice(tenant, device.id)).toMatchObject({ publicKey: key, ikev2: null });
  const document = await documentOf(gateway);
  expect(document.ikev2).toMatchObject({ upsert: [], digest: emptyPeerDigest });
  expect(document.peers.upsert).toMatchObject([{ id: device.id, publicKey: key }]);
});

test('a key serves one device, once, and must not be weak', async () => {
  const { tenant, plane } = await world();
  const [one, other] = [await createDevice(tenant), await createDevice(tenant)];
  const key = await generateKey('ec-p384');
  await certifyDevice(plane, tenant, one.id, key);
  for (const { id } of [one, other])
    await expect(certifyDevice(plane, tenant, id, key)).rejects.toMatchObject({
      code: 'public_key_in_use',
    });
  const parameters = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 };
  const weak = await crypto.subtle.generateKey(
    { ...parameters, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['sign', 'verify'],
  );
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', weak.publicKey));
  await expect(certifyDevice(plane, tenant, one.id, { spki })).rejects.toThrow(/too weak/);
});

test('no certificate is issued where no gateway is ready for IKEv2', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  await enrolledGateway(plane, tenant);
  const device = await createDevice(tenant);
  await expect(certifyDevice(plane, tenant, device.id)).rejects.toMatchObject({
    code: 'gateway_not_ready',
  });
  await createGateway(tenant, { ikev2: true });
  const late = await createDevice(tenant);
  await expect(certifyDevice(plane, tenant, late.id)).rejects.toThrow(/ready for IKEv2 yet/);
});

test("a suspended user's devices leave the list, and come back as they were", async () => {
  const { tenant, plane, gateway } = await world();
  const user = await createUser(tenant, { name: 'Ann' });
  const mine = await createDevice(tenant, { userId: user.id });
  const other = await createDevice(tenant);
  const { identity } = await certifyDevice(plane, tenant, mine.id);
  await certifyDevice(plane, tenant, other.id);
  const whole = await documentOf(gateway);
  await tenant.api('POST', tenant.path(`/users/${user.id}/suspend`));
  const away = await documentOf(gateway, whole.revision);
  expect(away.ikev2).toMatchObject({ upsert: [], remove: [mine.id], revocations: 0 });
  await tenant.api('POST', tenant.path(`/users/${user.id}/resume`));
  const back = await documentOf(gateway, away.revision);
  expect(back.ikev2).toMatchObject({
    upsert: [{ id: mine.id, identity }],
    remove: [],
    digest: whole.ikev2?.digest,
    revocations: 0,
  });
  await tenant.api('DELETE', tenant.path(`/users/${user.id}`));
  const gone = await documentOf(gateway, back.revision);
  expect(gone.ikev2).toMatchObject({ remove: [mine.id], revocations: gone.revision });
});

test('what is revoked while its user is suspended does not come back', async () => {
  const { tenant, plane, gateway } = await world();
  const user = await createUser(tenant, { name: 'Ann' });
  const device = await createDevice(tenant, { userId: user.id });
  await certifyDevice(plane, tenant, device.id);
  await tenant.api('POST', tenant.path(`/users/${user.id}/suspend`));
  await tenant.api('POST', tenant.path(`/devices/${device.id}/revoke`));
  await tenant.api('POST', tenant.path(`/users/${user.id}/resume`));
  expect((await documentOf(gateway)).ikev2).toMatchObject({
    upsert: [],
    digest: emptyPeerDigest,
  });
});

test('a retired authority cuts its devices, but not those with a newer certificate', async () => {
  const { tenant, plane, gateway } = await world();
  const [behind, renewed, both] = [
    await createDevice(tenant),
    await createDevice(tenant),
    await createDevice(tenant, { publicKey: publicKey() }),
  ];
  for (const { id } of [behind, renewed, both]) await certifyDevice(plane, tenant, id);
  const [old] = await authoritiesOf(tenant);
  expect(old).toMatchObject({ deviceCertificates: 3, gateways: 1 });
  await rotate(tenant, old?.id);
  const { identity, authorities } = await certifyDevice(plane, tenant, renewed.id);
  // The one whose certificate gateways show comes first.
  expect(authorities.map(({ certificate }) => new X509Certificate(certificate).subject)).toEqual([
    expect.stringContaining('OU=G1'),
    expect.stringContaining('OU=G2'),
  ]);
  expect(await authoritiesOf(tenant)).toMatchObject([
    { status: 'retiring', deviceCertificates: 2 },
    { status: 'active', deviceCertificates: 1 },
  ]);
  await tenant.api('POST', tenant.path(`/authorities/${old?.id}/retire`));
  expect(await peersOf(gateway)).toEqual([{ id: renewed.id, identity }]);
  expect(await readDevice(tenant, behind.id)).toMatchObject({ status: 'pending', ikev2: null });
  expect(await readDevice(tenant, renewed.id)).toMatchObject({ status: 'active' });
  expect(await readDevice(tenant, both.id)).toMatchObject({
    status: 'active',
    publicKey: both.publicKey,
    ikev2: null,
  });
  expect(await authoritiesOf(tenant)).toMatchObject([
    { status: 'retired', deviceCertificates: 0, gateways: 0 },
    { status: 'active', deviceCertificates: 1, gateways: 1 },
  ]);
});

test('an authority counts the devices that lose a gateway with it', async () => {
  const { tenant, plane } = await world();
  const other = { endpoint: { host: 'gate.other.example' } };
  await certifiedGateway(plane, tenant, other);
  const counts = async () =>
    (await authoritiesOf(tenant)).map(({ dependentDevices }) => dependentDevices);
  const certify = async (profile: Ikev2ProfileKind) => {
    const { id } = await createDevice(tenant);
    await certifyDevice(plane, tenant, id, undefined, profile);
    return id;
  };
  const before = await certify('swanctl');
  await createDevice(tenant, { publicKey: publicKey() });
  expect(await counts()).toEqual([1, 1]);
  const [, second] = await authoritiesOf(tenant);
  const third = await rotate(tenant, second?.id);
  // It trusts the new one, and its certificate is from the first.
  await certify('swanctl');
  expect(await counts()).toEqual([2, 1, 0]);
  // These trust for each gateway the one whose certificate it shows now.
  await certify('sswan');
  await certify('networkmanager');
  expect(await counts()).toEqual([4, 3, 0]);
  await certifyDevice(plane, tenant, before);
  expect(await counts()).toEqual([4, 2, 0]);
  await tenant.api('POST', tenant.path(`/authorities/${second?.id}/retire`));
  expect(await counts()).toEqual([4, 0, 4]);
  const log = await tenant.api('GET', tenant.path('/audit?operation=authority.retire'));
  expect(log.body).toMatchObject({
    items: [{ subject: second?.id, summary: { dependentDevices: 2 } }],
  });
  expect(third.domain).toBe('other.example');
});

test('a device trusts the authorities of all domains, the oldest first', async () => {
  const { tenant, plane, gateway } = await world();
  const other = await certifiedGateway(plane, tenant, { endpoint: { host: '192.0.2.7' } });
  const device = await createDevice(tenant);
  const { authorities, certificate } = await certifyDevice(plane, tenant, device.id);
  const roots = authorities.map((one) => new X509Certificate(one.certificate));
  const leaves = [gateway, other].map(
    (one) => new X509Certificate(Buffer.from(one.certificate, 'base64')),
  );
  for (const [index, root] of roots.entries())
    expect(await leaves[index]?.verify({ publicKey: root.publicKey })).toBe(true);
  expect(new X509Certificate(certificate).issuer).toBe(roots[0]?.subject);
});

async function update(tenant: TestTenant, { id }: TestGateway, body: object): Promise<void> {
  const reply = await tenant.api('PATCH', tenant.path(`/gateways/${id}`), body);
  expect(reply.status).toBe(200);
}

test('IKEv2 can be switched off and on again, and those who may come in are let in', async () => {
  const { tenant, plane, gateway } = await world();
  const user = await createUser(tenant, { name: 'Ann' });
  const away = await createDevice(tenant, { userId: user.id });
  const here = await createDevice(tenant);
  const held = await certifyDevice(plane, tenant, away.id);
  const { identity } = await certifyDevice(plane, tenant, here.id);
  const before = await documentOf(gateway);
  await update(tenant, gateway, { ikev2: false });
  const off = await documentOf(gateway, before.revision);
  // A delta cannot say that a section is gone.
  expect(off).toMatchObject({ version: 1, base: null });
  expect(off.sections.ikev2).toBeUndefined();
  expect(off.ikev2).toBeUndefined();
  await tenant.api('POST', tenant.path(`/users/${user.id}/suspend`));
  await update(tenant, gateway, { ikev2: true });
  const on = await documentOf(gateway, off.revision);
  expect(on).toMatchObject({
    version: 2,
    base: off.revision,
    sections: { ikev2: { certificate: null } },
    ikev2: { upsert: [{ id: here.id, identity }], remove: [away.id] },
  });
  await tenant.api('POST', tenant.path(`/users/${user.id}/resume`));
  const back = await documentOf(gateway, on.revision);
  expect(back.ikev2?.upsert).toEqual([{ id: away.id, identity: held.identity }]);
  expect(back.ikev2?.digest).toBe(before.ikev2?.digest);
});

test('a gateway that moves to another host gets a certificate for it at once', async () => {
  const { tenant, gateway } = await world();
  const { revision } = await documentOf(gateway);
  await update(tenant, gateway, { endpoint: { host: 'gate.other.example' } });
  const { sections } = await documentOf(gateway, revision);
  expect(sections.ikev2?.identity).toBe('gate.other.example');
  expect(sections.ikev2?.authorities).toHaveLength(2);
  const leaf = new X509Certificate(Buffer.from(sections.ikev2?.certificate ?? '', 'base64'));
  expect(leaf.subject).toBe('CN=gate.other.example');
  const former = new X509Certificate(Buffer.from(gateway.certificate, 'base64'));
  expect(leaf.publicKey.equal(former.publicKey)).toBe(true);
  const [old] = await authoritiesOf(tenant);
  const list = await gateway.api<string>('GET', `/v1/agent/revocations/${old?.id}`);
  const ssl = openssl();
  ssl.put('list.pem', list.text);
  const shown = ssl.run('crl', '-in', 'list.pem', '-noout', '-text').text.toLowerCase();
  expect(shown).toContain(former.serialNumber);
});

test('gateways are told at once what to do without a list of the revoked', async () => {
  const { tenant, gateway } = await world();
  const { revision, sections } = await documentOf(gateway);
  expect(sections.ikev2?.withoutRevocations).toBe('refuse');
  const policy = { withoutRevocations: 'accept' };
  expect((await tenant.api('PATCH', tenant.path(''), { policy })).status).toBe(200);
  const delta = await documentOf(gateway, revision);
  expect(delta.sections.ikev2?.withoutRevocations).toBe('accept');
});

test('another VM in the place of a gateway starts without a certificate', async () => {
  const { tenant, gateway } = await world();
  await tenant.api('POST', tenant.path(`/gateways/${gateway.id}/renew-token`));
  const { body } = await tenant.api<Gateway>('GET', tenant.path(`/gateways/${gateway.id}`));
  expect(body.ikev2).toMatchObject({ certificateExpiresAt: null });
  expect(await authoritiesOf(tenant)).toMatchObject([{ gateways: 0 }]);
});

test('no statement of issuing, telling of and revoking scans a table', async () => {
  const { tenant, plane, gateway } = await world();
  const [one, other] = [await createDevice(tenant), await createDevice(tenant)];
  await certifyDevice(plane, tenant, one.id);
  const { revision } = await documentOf(gateway);
  const before = plane.statements.length;
  await certifyDevice(plane, tenant, other.id);
  await documentOf(gateway, revision);
  await tenant.api('POST', tenant.path(`/devices/${one.id}/revoke`));
  await revocations(gateway);
  const statements = plane.statements.slice(before);
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, statements);
  expect(plans.filter((plan) => /SEARCH ikev2_peers USING/.test(plan))).not.toEqual([]);
  // Of authorities there are a handful; `counts` and `wanted` are values of the statement itself.
  const given = 'CONSTANT|counts|wanted';
  const small = 'tenant$|authorities|revisions|certificates USING COVERING INDEX';
  const few = new RegExp(`^SCAN (?!${given}|${small})`);
  expect(plans.filter((plan) => few.test(plan))).toEqual([]);
});

type Kind = 'certify' | 'revoke' | 'reissue' | 'suspend' | 'resume' | 'sync';
const actions = fc.array(
  fc.record({
    kind: fc.constantFrom<Kind>(
      'certify',
      'certify',
      'revoke',
      'reissue',
      'suspend',
      'resume',
      'sync',
    ),
    pick: fc.nat(20),
  }),
  { maxLength: 20 },
);

async function act(
  plane: ControlPlane,
  tenant: TestTenant,
  { users, devices }: { users: string[]; devices: string[] },
  { kind, pick }: { kind: Kind; pick: number },
): Promise<void> {
  const device = devices[pick % devices.length] ?? '';
  const user = users[pick % users.length];
  if (kind === 'certify')
    // Of a suspended user it is the redemption that refuses.
    await readDevice(tenant, device).then(async ({ userId }) => {
      const { body } = await tenant.api<{ status: string }>('GET', tenant.path(`/users/${userId}`));
      if (body.status === 'active') await certifyDevice(plane, tenant, device);
    });
  else if (kind === 'revoke') await tenant.api('POST', tenant.path(`/devices/${device}/revoke`));
  else if (kind === 'reissue')
    await tenant.api('POST', tenant.path(`/devices/${device}/reissue`), {});
  else if (kind !== 'sync') await tenant.api('POST', tenant.path(`/users/${user}/${kind}`));
}

function merge(known: Map<string, Ikev2Peer>, { base, ikev2 }: DesiredState): void {
  if (base === null) known.clear();
  for (const id of ikev2?.remove ?? []) known.delete(id);
  for (const peer of ikev2?.upsert ?? []) known.set(peer.id, peer);
}

async function digestOf(peers: Iterable<Ikev2Peer>): Promise<string> {
  let digest = emptyPeerDigest;
  for (const peer of peers)
    digest = togglePeerDigest(digest, await secretHash(ikev2DigestInput(peer)));
  return digest;
}

test('deltas and whole documents lead to the same devices, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(actions, async (steps) => {
      const { plane, tenant, gateway } = await world();
      const users = [
        (await createUser(tenant, { name: 'Ann' })).id,
        (await createUser(tenant, { name: 'Bob' })).id,
      ];
      const devices: string[] = [];
      for (const userId of [...users, ...users])
        devices.push((await createDevice(tenant, { userId })).id);
      const known = new Map<string, Ikev2Peer>();
      let since: number | undefined;
      for (const step of [...steps, { kind: 'sync' as const, pick: 0 }]) {
        await act(plane, tenant, { users, devices }, step);
        if (step.kind !== 'sync') continue;
        const query = since === undefined ? '' : `?since=${since}`;
        const { status } = await gateway.api('GET', `/v1/agent/state${query}`);
        if (status === 204) continue;
        const document = await documentOf(gateway, since);
        merge(known, document);
        since = document.revision;
        expect(document.ikev2?.digest).toBe(await digestOf(known.values()));
      }
      const whole = await documentOf(gateway);
      expect(new Map(whole.ikev2?.upsert.map((peer) => [peer.id, peer]))).toEqual(known);
      for (const id of devices) {
        const { ikev2, userId } = await readDevice(tenant, id);
        const { body } = await tenant.api<{ status: string }>(
          'GET',
          tenant.path(`/users/${userId}`),
        );
        const expected = body.status === 'active' ? ikev2?.identity : undefined;
        expect(known.get(id)?.identity).toBe(expected);
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);

test('nothing that is stored or said holds a private key', async () => {
  const { plane, tenant, gateway } = await world();
  const device = await createDevice(tenant);
  const key = await generateKey('ec-p256');
  await certifyDevice(plane, tenant, device.id, key);
  await documentOf(gateway);
  // PKCS #8 of a key on P-256 begins so.
  const start = 'MIGHAgEAMBMGByqGSM49';
  expect(toBase64(key.privateKey).slice(0, start.length)).toBe(start);
  const said = JSON.stringify([plane.statements, plane.logs]);
  expect(said).toContain('sallyport.internal');
  expect(said).not.toContain(start);
});

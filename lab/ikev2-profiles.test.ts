// Every kind of IKEv2 profile connects from its generated file, as the client would that it is for.

import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PemConverter, X509Certificate } from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newId } from '../src/model/ids.ts';
import { profileTraits } from '../src/model/profile.ts';
import { type IssuedIkev2, ikev2Profiles } from '../src/operations/link/profiles.ts';
import { HandMadeAuthority, startHandMadeGateway } from './hand-made.ts';
import { type ClientFile, connectByFile, disconnect, type Ikev2Kind } from './ikev2-client.ts';
import { addressSeen, ping } from './probe.ts';
import { sessions } from './strongswan.ts';
import { createTopology, type Lab, places } from './topology.ts';

const readyMs = 10_000;
const distinguished = (identity: string) => `O=Lab, CN=${identity}`;
let lab: Lab;
let authority: HandMadeAuthority;

beforeAll(async () => {
  lab = await createTopology();
  authority = await HandMadeAuthority.make();
  const web = lab.node('web').node('lab/programs/web-server.ts');
  await startHandMadeGateway(lab.node('gateway'), authority, places.site);
  await web.waitFor(/listening/, readyMs);
});
afterAll(() => lab?.down());
afterEach(() => disconnect(lab.node('client-a')));

const der = (pem: string) => new Uint8Array(PemConverter.decodeFirst(pem));
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

async function issue(kind: Ikev2Kind, identity: string): Promise<IssuedIkev2> {
  const { keyType } = profileTraits[kind];
  const paper = await authority.device(identity, keyType === 'rsa-3072' ? 'rsa' : 'ec');
  const gateway = { gatewayId: newId('gateway', random), gatewayName: 'berlin' };
  const reach = { host: places.site, routes: ['0.0.0.0/0', '::/0'], dns: [], mtu: 1400 };
  return {
    ...{ tenantId: newId('tenant', random), tenantName: 'Müller & Co' },
    ...{ deviceId: newId('device', random), deviceName: "Ann's phone" },
    onDemand: { mode: 'off', excludedSsids: [], probe: false },
    ...{ portalUrl: null, removeAt: null, uuid: () => crypto.randomUUID(), identity, keyType },
    certificate: der(paper.certificate),
    privateKey: der(paper.key),
    spki: new Uint8Array(new X509Certificate(paper.certificate).publicKey.rawData),
    expiresAt: Date.now() + 24 * 3_600_000,
    authorities: [{ certificate: der(authority.certificate), commonName: 'Hand-made' }],
    connections: [{ ...gateway, ...reach }],
  };
}

/** What a person gets who redeems a link for a profile of this kind. */
async function generate(kind: Ikev2Kind, identity: string): Promise<ClientFile> {
  const issued = await issue(kind, identity);
  const { profiles, password } = await ikev2Profiles({ random, now: Date.now }, kind, issued);
  const folder = join(lab.scratch, 'files', kind);
  mkdirSync(folder, { recursive: true });
  const [{ filename, content } = { filename: '', content: '' }] = profiles;
  writeFileSync(join(folder, filename), content);
  const typed = { server: places.site, identifier: identity };
  return { kind, path: join(folder, filename), password: password ?? undefined, typed };
}

const identities: Record<Ikev2Kind, (identity: string) => string> = {
  mobileconfig: (identity) => identity,
  windows: distinguished,
  sswan: (identity) => identity,
  android: (identity) => identity,
  networkmanager: (identity) => identity,
  swanctl: (identity) => identity,
  ipsec: (identity) => identity,
};

it.each(Object.keys(identities) as Ikev2Kind[])('connects by %s', async (kind) => {
  const client = lab.node('client-a');
  const identity = `${kind}@lab.test`;
  await connectByFile(client, await generate(kind, identity));
  const seen = (await sessions(lab.node('gateway'))).map(({ remoteIdentity }) => remoteIdentity);
  expect(seen).toEqual([identities[kind](identity)]);
  expect(await addressSeen(client, places.web)).toBe(places.site);
  expect(await ping(client, places.web)).toMatchObject({ sent: 3, received: 3 });
});

// Profiles as workerd makes them: bundle, signature and all.

import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'plist';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildWorker } from '../../../scripts/build-worker.ts';
import { fromBase64, toBase64 } from '../../../src/model/encoding.ts';
import type { Ikev2ProfileInput, Ikev2ProfileKind } from '../../../src/model/profile.ts';
import { renderMobileconfig } from '../../../src/render/client/mobileconfig.ts';
import { modulesIn, untilReady, workerd } from '../../bare-workerd.ts';
import { type OpenSsl, openssl } from '../../pki/openssl.ts';
import { pem } from '../../pki/world.ts';
import { freePort } from '../../server.ts';
import { appleFaults, isDictionary } from './apple-keys.ts';
import { allThrough, fixture, hostileNames, someThrough } from './ikev2.ts';
import type { WorkerRequest } from './profile-worker.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-profiles-'));
let url = '';
let child: ChildProcess | undefined;

beforeAll(async () => {
  await buildWorker(folder, 'test/render/client/profile-worker.ts');
  const port = await freePort();
  const dated = /^compatibility_date = "(.+)"$/m.exec(readFileSync('wrangler.toml', 'utf8'));
  const file = join(folder, 'workerd.capnp');
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modulesIn(folder, 'profile-worker.js')}],
  compatibilityDate = "${dated?.[1]}",
);
`,
  );
  url = `http://127.0.0.1:${port}`;
  child = spawn(workerd.default, ['serve', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  await untilReady(url, child);
}, 60_000);
afterAll(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** The first file of a kind, made there. */
async function made(kind: Ikev2ProfileKind, input: Ikev2ProfileInput): Promise<Uint8Array> {
  const { certificate, privateKey, pkcs12, authorities, uuid, ...rest } = input;
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
  const request: WorkerRequest = {
    kind,
    rest,
    certificate: toBase64(certificate),
    privateKey: toBase64(privateKey),
    spki: toBase64(createPublicKey(key).export({ format: 'der', type: 'spki' })),
    authority: toBase64(authorities[0]?.certificate ?? new Uint8Array()),
  };
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(request) });
  expect(response.status).toBe(200);
  const [file = '']: string[] = await response.json();
  return fromBase64(file) ?? new Uint8Array();
}

/** What a signed profile says, once OpenSSL has found that its signature is right. */
function verified(ssl: OpenSsl, signed: Uint8Array): Readonly<Record<string, unknown>> {
  ssl.put('ca.pem', pem('CERTIFICATE', fixture.authority));
  ssl.put('signed', signed);
  const verify = ['cms', '-verify', '-inform', 'DER', '-in', 'signed', '-CAfile', 'ca.pem'];
  expect(ssl.run(...verify, '-purpose', 'any', '-binary', '-out', 'profile.xml').ok).toBe(true);
  const profile: unknown = parse(readFileSync(join(ssl.folder, 'profile.xml'), 'utf8'));
  if (!isDictionary(profile)) throw new Error('a profile is a dictionary');
  return profile;
}

it('makes a signed profile for Apple whose bundle opens with the password in it', async () => {
  const ssl = openssl();
  const { PayloadContent } = verified(ssl, await made('mobileconfig', allThrough));
  const [bundle] = Array.isArray(PayloadContent) ? PayloadContent.filter(isDictionary) : [];
  if (!(bundle?.PayloadContent instanceof Uint8Array)) throw new Error('no bundle');
  ssl.put('bundle.p12', bundle.PayloadContent);
  const open = ['pkcs12', '-in', 'bundle.p12', '-passin', `pass:${bundle.Password}`, '-noout'];
  expect(ssl.run(...open).ok).toBe(true);
});

it('writes any name into it as Node does, though with another half of the library', async () => {
  const ssl = openssl();
  for (const tenantName of hostileNames) {
    const input = { ...allThrough, tenantName };
    const there = verified(ssl, await made('mobileconfig', input));
    expect(appleFaults(there)).toEqual([]);
    const here: unknown = parse(await renderMobileconfig(input));
    expect(there.PayloadOrganization).toBe(isDictionary(here) && here.PayloadOrganization);
  }
});

it('makes the bundle for Android', async () => {
  const ssl = openssl();
  ssl.put('bundle.p12', await made('android', someThrough));
  const open = ['pkcs12', '-in', 'bundle.p12', '-passin', `pass:${someThrough.password}`, '-nodes'];
  expect(ssl.run(...open).text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
});

it.each(['windows', 'sswan', 'networkmanager', 'swanctl', 'ipsec'] as const)(
  'makes a profile of the kind %s',
  async (kind) => {
    expect((await made(kind, someThrough)).length).toBeGreaterThan(1000);
  },
);

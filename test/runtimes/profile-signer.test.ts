// The operator's certificate for profiles: what is taken for one, and that OpenSSL finds every
// profile for Apple's systems signed by it, on both runtimes.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProfileKind } from '../../src/model/profile.ts';
import { readSettings } from '../../src/runtimes/config.ts';
import { loadProfileSigner } from '../../src/runtimes/node-profile-signer.ts';
import { createProfileSigner, warnOfExpiry } from '../../src/runtimes/profile-signer.ts';
import { expectStatus, operatorKey, type Plane } from '../contract/plane.ts';
import { prepared } from '../contract/redemption.ts';
import { createControlPlane } from '../control-plane.ts';
import { startEdge, testRootKey } from '../edge.ts';
import { type OpenSsl, openssl } from '../pki/openssl.ts';

const keys = {
  rsa: ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'rsa-pkcs1': ['genrsa', '-traditional'],
  p256: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'p256-sec1': ['ecparam', '-name', 'prime256v1', '-genkey'],
  p384: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
} as const;
type KeyKind = keyof typeof keys;

function must(ssl: OpenSsl, ...argv: string[]): void {
  const { ok, text } = ssl.run(...argv);
  if (!ok) throw new Error(text);
}

/** What a public authority gives: a certificate for a server, and one between it and the root. */
function issued(kind: KeyKind = 'p256', days = '90') {
  const ssl = openssl();
  ssl.put('ca.ext', 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign\n');
  ssl.put('leaf.ext', 'keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n');
  const chain = [
    ['root', 'root', 'ca.ext', 'p384'],
    ['between', 'root', 'ca.ext', 'rsa'],
    ['leaf', 'between', 'leaf.ext', kind],
  ] as const;
  for (const [name, issuer, extensions, key] of chain) {
    must(ssl, ...keys[key], '-out', `${name}.key`);
    must(ssl, 'req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    const by =
      name === issuer
        ? ['-signkey', `${name}.key`]
        : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial'];
    const sign = [
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-days',
      days,
      ...by,
    ];
    must(ssl, ...sign, '-extfile', extensions);
  }
  const read = (name: string) => readFileSync(join(ssl.folder, name), 'utf8');
  const pem = { certificate: read('leaf.pem') + read('between.pem'), key: read('leaf.key') };
  ssl.put('chain.pem', pem.certificate);
  const paths = { certificate: join(ssl.folder, 'chain.pem'), key: join(ssl.folder, 'leaf.key') };
  return { ssl, pem, paths, read };
}

/** What is in the signature, if it holds and leads to the root. */
function opened(ssl: OpenSsl, file: Uint8Array): string {
  ssl.put('profile.der', file);
  const verify = ['cms', '-verify', '-inform', 'DER', '-in', 'profile.der', '-CAfile', 'root.pem'];
  const { ok, text } = ssl.run(...verify, '-purpose', 'any', '-signer', 'signer.pem');
  expect(text).toMatch(/Verification successful/i);
  expect(ok).toBe(true);
  expect(readFileSync(join(ssl.folder, 'signer.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
  expect(ssl.run('x509', '-in', 'signer.pem', '-noout', '-subject').text).toContain('leaf');
  return text;
}

const content = new TextEncoder().encode('<plist>x</plist>\n');
const now = Date.now();

test.each(Object.keys(keys) as KeyKind[])('signs with a key of kind %s', async (kind) => {
  const { ssl, pem } = issued(kind);
  const signer = await createProfileSigner(pem);
  expect(opened(ssl, await signer.sign(content, now))).toContain('<plist>x</plist>');
  expect(Math.abs(signer.expiresAt - now - 90 * 86_400_000)).toBeLessThan(60_000);
});

const brokenPem = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;

const wrong: [string, () => { certificate?: string; key?: string }, RegExp][] = [
  ['no certificate', () => ({ certificate: 'nonsense' }), /_CERTIFICATE must be 1 to 8/],
  ['a broken one', () => ({ certificate: brokenPem('CERTIFICATE') }), /_CERTIFICATE holds no/],
  ['no key', () => ({ key: '' }), /_KEY must be a private key/],
  ['a broken key', () => ({ key: brokenPem('PRIVATE KEY') }), /_KEY must be the key of the first/],
  ["another's key", () => ({ key: issued().pem.key }), /_KEY must be the key of the first/],
  ['a key of RSA', () => ({ key: issued('rsa').pem.key }), /_KEY must be the key of the first/],
];

test.each(wrong)('refuses %s, names the setting and shows none of it', async (_, other, words) => {
  const bad = { ...issued().pem, ...other() };
  const error: unknown = await createProfileSigner(bad).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    ...{ code: 'misconfigured', message: expect.stringMatching(words) },
    wayOut: expect.any(String),
  });
  const shown = JSON.stringify(error, Object.getOwnPropertyNames(error));
  for (const line of bad.key.split('\n').filter((text) => text.length > 40))
    expect(shown).not.toContain(line);
});

test('refuses a key that a password protects, and says how to take it off', async () => {
  const { ssl, pem, read } = issued();
  must(ssl, 'pkcs8', '-topk8', '-in', 'leaf.key', '-out', 'locked.key', '-passout', 'pass:x');
  await expect(createProfileSigner({ ...pem, key: read('locked.key') })).rejects.toMatchObject({
    wayOut: expect.stringContaining('openssl pkcs8'),
  });
});

test('says which file cannot be read, and which setting is missing', async () => {
  const { paths } = issued();
  const away = loadProfileSigner({ ...paths, key: '/nowhere/key.pem' });
  await expect(away).rejects.toThrow(/\/nowhere\/key.pem/);
  expect(await loadProfileSigner(undefined)).toBeNull();
  expect(() => readSettings({ SALLYPORT_PROFILE_CERTIFICATE: 'x.pem' })).toThrow(
    'SALLYPORT_PROFILE_KEY is required',
  );
});

test('warns of the end in time, and signs on after it', async () => {
  const { ssl, pem } = issued();
  const signer = await createProfileSigner(pem);
  const said: string[] = [];
  const write = (_: object, message: string) => void said.push(message);
  const after = (days: number) => {
    warnOfExpiry(signer, now + days * 86_400_000, { info: write, error: write });
    return said.splice(0);
  };
  expect(after(60)).toEqual([]);
  expect(after(80)).toEqual(['profile_certificate.expires']);
  expect(after(91)).toEqual(['profile_certificate.expired']);
  warnOfExpiry(null, now, { info: write, error: write });
  expect(said).toEqual([]);
  opened(ssl, await signer.sign(content, now));
});

const kinds: ProfileKind[] = ['mobileconfig', 'wireguard-mobileconfig', 'mobileconfig-password'];

async function signsEverything(plane: Plane, ssl: OpenSsl): Promise<void> {
  const { tenant, redeem } = await prepared(() => Promise.resolve(plane));
  const policy = { ikev2Passwords: 'on' };
  expectStatus(await tenant.api('PATCH', tenant.path(''), { policy }), 200);
  for (const profile of kinds) {
    const { profiles } = expectStatus(await redeem({ profile }), 200);
    expect(profiles.length).toBeGreaterThan(0);
    for (const one of profiles) {
      expect(one).toMatchObject({
        ...{ encoding: 'base64', mediaType: 'application/x-apple-aspen-config' },
      });
      expect(opened(ssl, Buffer.from(one.content, 'base64'))).toContain('<key>PayloadContent');
    }
  }
}

test('a control plane on Node signs every profile for Apple with it', async () => {
  const { ssl, paths, pem } = issued('rsa');
  const plane = await createControlPlane({
    SALLYPORT_PROFILE_CERTIFICATE: paths.certificate,
    SALLYPORT_PROFILE_KEY: paths.key,
  });
  await signsEverything(plane, ssl);
  const [, line = 'none'] = pem.key.split('\n');
  expect(JSON.stringify([plane.logs, plane.statements])).not.toContain(line);
});

test('so does one at the edge', { timeout: 120_000 }, async () => {
  const { ssl, pem } = issued('p256', '10');
  const edge = await startEdge({
    secrets: {
      SALLYPORT_ROOT_KEY: testRootKey,
      SALLYPORT_OPERATOR_KEY: operatorKey,
      SALLYPORT_PROFILE_CERTIFICATE: pem.certificate,
      SALLYPORT_PROFILE_KEY: pem.key,
    },
  });
  try {
    await signsEverything(edge, ssl);
    const lines = edge.harness.getLogs().map(({ message }) => message);
    expect(lines.join('\n')).toContain('profile_certificate.expires');
    const [, line = 'none'] = pem.key.split('\n');
    expect(lines.join('\n')).not.toContain(line);
  } finally {
    await edge.stop();
  }
});

// PKCS #12 bundles, opened by OpenSSL.

import { createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyTypes } from '../../src/pki/key.ts';
import { makePkcs12, newBundlePassword } from '../../src/pki/pkcs12.ts';
import { openssl } from './openssl.ts';
import { authority, pem } from './world.ts';

const identity = '4k2m9q0c7x1v5t8b.0123abcd@acme.vpn.internal';
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

async function bundleOf(type: (typeof keyTypes)[number], name = 'Acme VPN', withRoot = false) {
  const ca = await authority();
  const { key, certificate } = await ca.device(identity, type);
  const password = newBundlePassword(random);
  const authorities = withRoot ? [ca.certificate] : [];
  const { privateKey } = key;
  const der = await makePkcs12({ certificate, privateKey, authorities, name, password, random });
  return { ca, key, certificate, password, der };
}

test.each(keyTypes.flatMap((type) => [[type, []] as const, [type, ['-legacy']] as const]))(
  'OpenSSL opens a bundle with a key of type %s and finds both in it (%j)',
  async (type, how) => {
    const ssl = openssl();
    const { key, certificate, password, der } = await bundleOf(type);
    ssl.put('bundle.p12', der);
    const open = ['pkcs12', '-in', 'bundle.p12', '-passin', `pass:${password}`, ...how];
    const found = ssl.run(...open, '-nodes').text;
    expect(found).toContain(pem('CERTIFICATE', certificate).trim());
    expect(found).toContain('friendlyName: Acme VPN');
    expect(found.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    const text = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/.exec(found)?.[0];
    const own = { key: Buffer.from(key.privateKey), format: 'der', type: 'pkcs8' } as const;
    const theirs = createPrivateKey(text ?? '').export({ format: 'der', type: 'pkcs8' });
    expect(theirs.equals(createPrivateKey(own).export({ format: 'der', type: 'pkcs8' }))).toBe(
      true,
    );
  },
);

test('key and certificates are under the encryption that every importer takes', async () => {
  const ssl = openssl();
  const { password, der } = await bundleOf('ec-p256', 'x', true);
  ssl.put('bundle.p12', der);
  const { text } = ssl.run(
    ...['pkcs12', '-in', 'bundle.p12', '-passin', `pass:${password}`, '-info', '-noout'],
  );
  expect(text).toMatch(/^MAC: sha1, Iteration 2048/m);
  const encryption = 'pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048';
  expect(text).toContain(`PKCS7 Encrypted data: ${encryption}`);
  expect(text).toContain(`Shrouded Keybag: ${encryption}`);
});

test('authorities go along when they are given', async () => {
  const ssl = openssl();
  const { ca, password, der } = await bundleOf('rsa-3072', 'x', true);
  ssl.put('bundle.p12', der);
  const open = ['pkcs12', '-in', 'bundle.p12', '-passin', `pass:${password}`, '-nokeys'];
  expect(ssl.run(...open, '-cacerts').text).toContain(pem('CERTIFICATE', ca.certificate).trim());
});

test('another password opens nothing', async () => {
  const ssl = openssl();
  ssl.put('bundle.p12', (await bundleOf('ec-p256')).der);
  const open = ['pkcs12', '-in', 'bundle.p12', '-passin', 'pass:another', '-nodes'];
  expect(ssl.run(...open)).toMatchObject({ ok: false });
});

test('a password is long, random and plain, and a weak one is refused', async () => {
  const passwords = Array.from({ length: 100 }, () => newBundlePassword(random));
  expect(new Set(passwords).size).toBe(100);
  for (const password of passwords) expect(password).toMatch(/^[0-9a-z]{21}$/);
  const empty = new Uint8Array();
  const draft = { certificate: empty, privateKey: empty, authorities: [], name: '', random };
  for (const password of ['', 'short', 'ä'.repeat(30), `${'x'.repeat(30)}\n`])
    await expect(makePkcs12({ ...draft, password })).rejects.toThrow(/20 characters of ASCII/);
});

test('any name makes a bundle that opens', async () => {
  const ssl = openssl();
  const ca = await authority();
  const { key, certificate } = await ca.device(identity);
  const draft = { certificate, privateKey: key.privateKey, authorities: [], random };
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (name) => {
      const password = newBundlePassword(random);
      ssl.put('bundle.p12', await makePkcs12({ ...draft, name, password }));
      const open = ['pkcs12', '-in', 'bundle.p12', '-passin', `pass:${password}`, '-noout'];
      expect(ssl.run(...open)).toMatchObject({ ok: true });
    }),
    { numRuns: 8 },
  );
});

import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { namesOfHost } from '../../src/pki/certificate.ts';
import { issueCrl } from '../../src/pki/crl.ts';
import { readCertificateRequest } from '../../src/pki/csr.ts';
import { generateKey, keyTypes } from '../../src/pki/key.ts';
import { openssl } from './openssl.ts';
import { authority, pem, serial } from './world.ts';

const identity = 'd_0123456789abcdef@acme.vpn.internal';
const day = 24 * 3_600_000;

test.each(keyTypes)(
  'OpenSSL trusts what an authority with a key of type %s issues',
  async (type) => {
    const ssl = openssl();
    const ca = await authority(undefined, type);
    ssl.put('ca.pem', pem('CERTIFICATE', ca.certificate));
    const gateway = await ca.gateway([
      { kind: 'dns', value: 'vpn.example.com' },
      { kind: 'ip', value: '192.0.2.7' },
    ]);
    ssl.put('gateway.pem', pem('CERTIFICATE', gateway.certificate));
    ssl.put('device.pem', pem('CERTIFICATE', (await ca.device(identity)).certificate));
    const strict = ['verify', '-x509_strict', '-CAfile', 'ca.pem', '-purpose'];
    expect(ssl.run(...strict, 'sslserver', 'gateway.pem').text).toMatch(/gateway.pem: OK/);
    expect(ssl.run(...strict, 'sslclient', 'device.pem').text).toMatch(/device.pem: OK/);
    expect(ssl.run(...strict, 'sslclient', 'gateway.pem').ok).toBe(false);
  },
);

test('names what clients look at, and nothing more', async () => {
  const ca = await authority();
  const { certificate } = await ca.gateway([
    { kind: 'dns', value: 'vpn.example.com' },
    ...namesOfHost('192.0.2.7'),
  ]);
  const read = new X509Certificate(certificate);
  // Windows looks for an address among the DNS names.
  expect(read.subjectAltName).toBe('DNS:vpn.example.com, IP Address:192.0.2.7, DNS:192.0.2.7');
  expect(read.subject).toBe('O=Acme\nCN=vpn.example.com');
  expect(read.ca).toBe(false);
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.8.2.2']);
  expect(new X509Certificate(ca.certificate).ca).toBe(true);
});

test('an authority that is constrained cannot vouch for another name', async () => {
  const ssl = openssl();
  const ca = await authority([{ kind: 'dns', value: 'vpn.example.com' }]);
  ssl.put('ca.pem', pem('CERTIFICATE', ca.certificate));
  const { certificate } = await ca.gateway([{ kind: 'dns', value: 'bank.example.org' }]);
  ssl.put('bank.pem', pem('CERTIFICATE', certificate));
  expect(ssl.run('verify', '-CAfile', 'ca.pem', 'bank.pem').text).toMatch(/permitted subtree/);
});

test('a revocation list names its number and who is revoked, and OpenSSL heeds it', async () => {
  const ssl = openssl();
  const ca = await authority();
  const [bad, good] = [await ca.device(identity), await ca.device(`x${identity}`)];
  const now = Date.now();
  const crl = await issueCrl({
    issuer: ca.issuer,
    number: 4711,
    thisUpdate: now - 1000,
    nextUpdate: now + 30 * day,
    revoked: [{ serial: bad.serial, revokedAt: now - 1000 }],
  });
  ssl.put('ca.pem', pem('CERTIFICATE', ca.certificate));
  ssl.put('list.pem', pem('X509 CRL', crl));
  ssl.put('bad.pem', pem('CERTIFICATE', bad.certificate));
  ssl.put('good.pem', pem('CERTIFICATE', good.certificate));
  const verify = ['verify', '-crl_check', '-CRLfile', 'list.pem', '-CAfile', 'ca.pem'];
  expect(ssl.run(...verify, 'bad.pem').text).toMatch(/certificate revoked/);
  expect(ssl.run(...verify, 'good.pem').text).toMatch(/good.pem: OK/);
  const shown = ssl.run('crl', '-in', 'list.pem', '-noout', '-text', '-CAfile', 'ca.pem').text;
  expect(shown).toMatch(/verify OK/);
  expect(shown).toMatch(/X509v3 CRL Number:\s+4711/);
  expect(shown).toMatch(/X509v3 Authority Key Identifier/);
});

test('an empty revocation list is a list', async () => {
  const ssl = openssl();
  const { issuer, certificate } = await authority();
  const now = Date.now();
  const crl = await issueCrl({
    issuer,
    number: 1,
    thisUpdate: now,
    nextUpdate: now + day,
    revoked: [],
  });
  ssl.put('ca.pem', pem('CERTIFICATE', certificate));
  ssl.put('list.pem', pem('X509 CRL', crl));
  const shown = ssl.run('crl', '-in', 'list.pem', '-noout', '-text', '-CAfile', 'ca.pem').text;
  expect(shown).toMatch(/No Revoked Certificates/);
  expect(shown).toMatch(/verify OK/);
});

test.each([
  ['ec-p256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ['ec-p384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-sha384']],
  ['rsa-3072', ['-newkey', 'rsa:3072']],
])("reads OpenSSL's request for a key of type %s", async (_, how) => {
  const ssl = openssl();
  const argv = ['req', '-new', '-nodes', '-subj', '/CN=x', '-keyout', 'k.pem', '-out', 'r.pem'];
  expect(ssl.run(...argv, ...how).ok).toBe(true);
  const { text } = ssl.run('req', '-in', 'r.pem');
  const spki = await readCertificateRequest(text);
  expect(pem('PUBLIC KEY', spki)).toBe(ssl.run('req', '-in', 'r.pem', '-noout', '-pubkey').text);
});

test('refuses a request with a weak key, with a foreign signature, or that is none', async () => {
  const ssl = openssl();
  const make = (name: string, bits: string) =>
    ssl.run(
      'req',
      '-new',
      '-nodes',
      '-subj',
      '/CN=x',
      '-newkey',
      bits,
      '-keyout',
      'k',
      '-out',
      name,
    );
  make('weak.pem', 'rsa:2048');
  make('one.pem', 'rsa:3072');
  const weak = ssl.run('req', '-in', 'weak.pem').text;
  await expect(readCertificateRequest(weak)).rejects.toThrow(/2048 bits is too weak/);
  const one = ssl.run('req', '-in', 'one.pem').text;
  const [head = '', ...lines] = one.split('\n');
  const at = lines.length - 4;
  const line = lines[at] ?? '';
  lines[at] = (line.startsWith('A') ? 'B' : 'A') + line.slice(1);
  await expect(readCertificateRequest([head, ...lines].join('\n'))).rejects.toThrow(/signed by/);
  for (const text of ['', 'x', one.replaceAll('REQUEST', 'ROQUEST'), one.slice(0, 200)])
    await expect(readCertificateRequest(text)).rejects.toMatchObject({ code: 'invalid_input' });
});

test('a serial number is positive and has at most 20 octets', async () => {
  for (let i = 0; i < 100; i++) {
    const [first = 0] = serial();
    expect(first).toBeGreaterThanOrEqual(0x40);
    expect(first).toBeLessThan(0x80);
  }
  expect((await generateKey('ec-p256')).spki.length).toBe(91);
});

// What we encode, others read: OpenSSL and @peculiar/x509 both find in it what we put there.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../src/model/encoding.ts';
import { readCertificate } from '../../src/pki/certificate.ts';
import { issueCrl } from '../../src/pki/crl.ts';
import { integer, octetString, oid, sequence, time, utf8String } from '../../src/pki/der.ts';
import { keyIdOf } from '../../src/pki/key.ts';
import { openssl } from './openssl.ts';
import { X509Certificate, X509Crl } from './peculiar.ts';
import { authority, pem, serial } from './world.ts';

const day = 24 * 3_600_000;
const arc = fc.nat(2 ** 31);
const oids = fc
  .tuple(fc.constantFrom('1.3', '2.5', '0.9', '2.47'), fc.array(arc, { maxLength: 6 }))
  .map(([head, rest]) => [head, ...rest].join('.'));
const numbers = fc.uint8Array({ minLength: 1, maxLength: 20 });
const times = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2100, 0) });
const texts = fc.string({ unit: 'binary', maxLength: 200 });

test('whatever numbers, names, texts and times we write, OpenSSL reads them', () => {
  const ssl = openssl();
  const written = fc.tuple(oids, numbers, times, texts);
  fc.assert(
    fc.property(written, ([name, number, at, text]) => {
      const bytes = new TextEncoder().encode(text);
      const parts = [oid(name), integer(number), time(at), utf8String(text), octetString(bytes)];
      ssl.put('x.der', sequence(...parts));
      const { ok, text: read } = ssl.run('asn1parse', '-inform', 'DER', '-in', 'x.der');
      expect(ok, read).toBe(true);
      const digits = toHex(number)
        .replace(/^(00)+(?=..)/, '')
        .toUpperCase();
      expect(read).toContain(`INTEGER           :${digits}`);
      const moment = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
      expect(read).toMatch(
        new RegExp(`(UTC|GENERALIZED)TIME +:(${moment.slice(0, 2)})?${moment.slice(2)}`),
      );
      // Lengths are right, or what follows would be read askew.
      expect(read.match(/l= *\d+ (prim|cons)/g)).toHaveLength(6);
    }),
    { numRuns: 60 },
  );
});

test('both read the same names, times, keys and identifiers in a certificate', async () => {
  const ca = await authority();
  const device = await ca.device('0123.abc@acme.vpn.internal');
  const root = new X509Certificate(ca.certificate);
  const leaf = new X509Certificate(device.certificate);
  expect(await root.isSelfSigned()).toBe(true);
  expect(await leaf.verify({ publicKey: root.publicKey })).toBe(true);
  expect(leaf.issuer).toBe(root.subject);
  expect(leaf.serialNumber).toBe(toHex(device.serial));
  expect(leaf.subjectName.getField('CN')).toEqual(['0123.abc@acme.vpn.internal']);
  expect(new Uint8Array(leaf.publicKey.rawData)).toEqual(device.key.spki);
  expect(readCertificate(device.certificate).spki).toEqual(device.key.spki);
  const identifiers = Object.fromEntries(
    leaf.extensions.map(({ type, value, critical }) => [
      type,
      [toHex(new Uint8Array(value)), critical],
    ]),
  );
  const issuerId = toHex(await keyIdOf(ca.issuer.signer.spki));
  expect(identifiers['2.5.29.35']).toEqual([`30168014${issuerId}`, false]);
  expect(identifiers['2.5.29.14']).toEqual([`0414${toHex(await keyIdOf(device.key.spki))}`, false]);
  // digitalSignature alone, critical: an ECDSA key enciphers nothing.
  expect(identifiers['2.5.29.15']).toEqual(['03020780', true]);
});

test('both read the same numbers in a revocation list', async () => {
  const ca = await authority();
  const now = Math.floor(Date.now() / 1000) * 1000;
  const revoked = Array.from({ length: 20 }, (_, n) => ({
    serial: serial(),
    revokedAt: now - n * day,
  }));
  const draft = { issuer: ca.issuer, number: now, thisUpdate: now, nextUpdate: now + 30 * day };
  const list = await issueCrl({ ...draft, revoked });
  const read = new X509Crl(list);
  expect(await read.verify({ publicKey: new X509Certificate(ca.certificate).publicKey })).toBe(
    true,
  );
  expect(read.entries.map((entry) => [entry.serialNumber, entry.revocationDate.getTime()])).toEqual(
    revoked.map((one) => [toHex(one.serial), one.revokedAt]),
  );
  const ssl = openssl();
  ssl.put('list.pem', pem('X509 CRL', list));
  const { text } = ssl.run('crl', '-in', 'list.pem', '-noout', '-text');
  const serials = [...text.matchAll(/Serial Number: (\w+)/g)].map(([, digits = '']) => digits);
  expect(serials.map((digits) => digits.toLowerCase())).toEqual(
    revoked.map((one) => toHex(one.serial)),
  );
});

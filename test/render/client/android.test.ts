// The strongSwan app's file, as its importer (VpnProfileImportActivity.java of
// strongswan/strongswan) reads it, and the bundle for Android's own client.

import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromBase64 } from '../../../src/model/encoding.ts';
import { androidValues } from '../../../src/render/client/android.ts';
import { renderProfiles } from '../../../src/render/client/profiles.ts';
import { openssl } from '../../pki/openssl.ts';
import { allThrough, fixture, hostileNames, someThrough } from './ikev2.ts';

const bytes = z.string().transform((text) => fromBase64(text) ?? new Uint8Array());

/** Every key that we write, with what the app takes for it. */
const sswanSchema = z.strictObject({
  uuid: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  name: z.string().min(1),
  type: z.enum(['ikev2-cert', 'ikev2-eap', 'ikev2-cert-eap', 'ikev2-eap-tls', 'ikev2-byod-eap']),
  remote: z.strictObject({ addr: z.string().min(1), id: z.string().min(1), cert: bytes }),
  local: z.strictObject({ id: z.string().min(1), p12: bytes }),
  'ike-proposal': z.string().regex(/^[a-z0-9-]+$/),
  'esp-proposal': z.string().regex(/^[a-z0-9-]+$/),
  mtu: z.int().min(1280).max(1500),
  'dns-servers': z.array(z.union([z.ipv4(), z.ipv6()])).optional(),
  'split-tunneling': z
    .strictObject({ subnets: z.array(z.union([z.cidrv4(), z.cidrv6()])).min(1) })
    .optional(),
});

async function sswan(input: typeof allThrough) {
  const profiles = await renderProfiles({ kind: 'sswan', input });
  return profiles.map(({ content }) => sswanSchema.parse(JSON.parse(String(content))));
}

describe('a profile of the strongSwan app', () => {
  it('has the keys that the app knows, and certificates that are what they say', async () => {
    const [koln, berlin] = await sswan(someThrough);
    expect(koln?.remote).toMatchObject({ addr: '203.0.113.7', id: '203.0.113.7' });
    expect(koln?.['split-tunneling']?.subnets).toEqual([
      '10.0.0.0/8',
      '192.168.7.0/24',
      'fd00::/8',
    ]);
    expect(berlin?.['split-tunneling']).toBeUndefined();
    expect(koln?.uuid).not.toBe(berlin?.uuid);
    const root = new X509Certificate(berlin?.remote.cert ?? '');
    expect(root.ca).toBe(true);
    expect(new X509Certificate(fixture.gateway).checkIssued(root)).toBe(true);
    // The file has room for one: that of the authority whose certificate its gateway shows.
    expect(koln?.remote.cert).toEqual(fixture.former);
    expect(berlin?.remote.cert).toEqual(fixture.authority);
  });

  it('keeps its UUID over a reissue, so that the app replaces it', async () => {
    const uuids = async (certificate: Uint8Array) =>
      (await sswan({ ...someThrough, certificate })).map(({ uuid }) => uuid);
    expect(await uuids(fixture.elliptic.certificate)).toEqual(await uuids(fixture.rsa.certificate));
  });

  it.each(hostileNames)('is one profile, whatever a tenant is called: %j', async (tenantName) => {
    const [profile] = await sswan({ ...allThrough, tenantName });
    expect(profile?.name).toMatch(/^[^\p{Cc}]+$/u);
  });
});

describe("what Android's own client gets", () => {
  it('is a bundle of key, certificate and authority, which OpenSSL opens', async () => {
    const ssl = openssl();
    const [profile] = await renderProfiles({ kind: 'android', input: someThrough });
    expect(profile).toMatchObject({
      filename: 'Ann-s-phone.p12',
      mediaType: 'application/x-pkcs12',
    });
    ssl.put('bundle.p12', profile?.content ?? '');
    const open = ['pkcs12', '-in', 'bundle.p12', '-passin', `pass:${someThrough.password}`];
    for (const how of [[], ['-legacy']]) {
      const { text } = ssl.run(...open, '-nodes', ...how);
      expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
      expect(text.match(/BEGIN PRIVATE KEY/g)).toHaveLength(1);
    }
    ssl.put('key.pem', ssl.run(...open, '-nodes', '-nocerts').text);
    expect(ssl.run('rsa', '-in', 'key.pem', '-noout', '-text').text).toMatch(/3072 bit/);
  });

  it('is values to type for each gateway', () => {
    expect(androidValues(someThrough).map(({ name, server }) => [name, server])).toEqual([
      ["Müller & Co Köln 'Süd'", '203.0.113.7'],
      ['Müller & Co Berlin', 'berlin.vpn.example.test'],
    ]);
    expect(androidValues(allThrough)[0]).toEqual({
      name: 'Müller & Co Berlin',
      type: 'IKEv2/IPSec RSA',
      server: 'berlin.vpn.example.test',
      identifier: allThrough.identity,
      certificate: 'Müller & Co VPN',
    });
  });
});

// What IKEv2 profiles are rendered from, for tests: real keys and certificates that stay the same,
// because golden files hold them. With the file gone, UPDATE_GOLDEN=1 makes new ones.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../../../src/model/encoding.ts';
import { deviceIdentity, identityDomainOf, passwordHost } from '../../../src/model/ikev2.ts';
import type {
  Ikev2ProfileInput,
  PasswordProfileInput,
  WireguardProfileInput,
} from '../../../src/model/profile.ts';
import {
  encodeName,
  issueAuthority,
  issueDevice,
  issueGateway,
} from '../../../src/pki/certificate.ts';
import { generateKey, importSigner } from '../../../src/pki/key.ts';
import { makePkcs12 } from '../../../src/pki/pkcs12.ts';
import { serial } from '../../pki/world.ts';
import { dualStack, privateKey, splitTunnel } from './connections.ts';
import { goldenPath } from './golden.ts';

const tenantId = 't_9h8g7f6e5d4c3b2a';
const deviceId = 'd_4k2m9q0c7x1v5t8b';
const identity = deviceIdentity(deviceId, 'c_0123abcd4567efgh', tenantId);
const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2099, 0, 1) };
const password = 'kq7n2v9x4c1b8m5z0h3gf';
const host = 'berlin.vpn.example.test';

const bytesSchema = z.string().transform((text) => fromBase64(text) ?? new Uint8Array());
const credentialSchema = z.object({
  certificate: bytesSchema,
  privateKey: bytesSchema,
  pkcs12: bytesSchema,
});
const fixtureSchema = z.object({
  authority: bytesSchema,
  former: bytesSchema,
  gateway: bytesSchema,
  elliptic: credentialSchema,
  rsa: credentialSchema,
});

function nameOf(generation: number) {
  const unit = { organization: 'Müller & Co', unit: `G${generation}` };
  return { ...unit, commonName: `Sallyport ${tenantId}` };
}

async function makeAuthority(generation: number) {
  const signer = await importSigner(await generateKey('ec-p256'));
  const name = nameOf(generation);
  const permitted = [
    { kind: 'dns', value: 'vpn.example.test' },
    { kind: 'ip', value: '203.0.113.7' },
    { kind: 'dns', value: '203.0.113.7' },
    { kind: 'email', value: identityDomainOf(tenantId) },
  ] as const;
  const draft = { ...validity, name, signer, serial: serial(), permitted };
  return { issuer: { name: encodeName(name), signer }, certificate: await issueAuthority(draft) };
}

async function makeFixture(): Promise<string> {
  const [ca, former] = [await makeAuthority(2), await makeAuthority(1)];
  const leaf = { ...validity, issuer: ca.issuer, crlUrl: undefined };
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const credential = async (type: 'ec-p256' | 'rsa-3072') => {
    const key = await generateKey(type);
    const certificate = await issueDevice({
      ...leaf,
      serial: serial(),
      subject: { commonName: identity },
      spki: key.spki,
      names: [{ kind: 'email', value: identity }],
    });
    const { privateKey: own } = key;
    const authorities = type === 'rsa-3072' ? [ca.certificate] : [];
    const name = 'Müller & Co VPN';
    const draft = { certificate, privateKey: own, authorities, name, password, random };
    const pkcs12 = toBase64(await makePkcs12(draft));
    return { certificate: toBase64(certificate), privateKey: toBase64(own), pkcs12 };
  };
  const gateway = await issueGateway({
    ...leaf,
    serial: serial(),
    subject: { commonName: host },
    spki: (await generateKey('ec-p256')).spki,
    names: [{ kind: 'dns', value: host }],
  });
  const fixture = {
    authority: toBase64(ca.certificate),
    former: toBase64(former.certificate),
    gateway: toBase64(gateway),
    elliptic: await credential('ec-p256'),
    rsa: await credential('rsa-3072'),
  };
  return `${JSON.stringify(fixture, null, 2)}\n`;
}

const path = goldenPath('ikev2/credentials.json');
if (!existsSync(path) && process.env.UPDATE_GOLDEN === '1')
  writeFileSync(path, await makeFixture());
/** Certificates and keys, all DER. */
export const fixture = fixtureSchema.parse(JSON.parse(readFileSync(path, 'utf8')));

const subject = {
  tenantId,
  tenantName: 'Müller & Co',
  deviceId,
  deviceName: 'Ann\'s "phone"',
  onDemand: { mode: 'always', excludedSsids: ['Home & Garden', 'Café "☕"'], probe: true },
  portalUrl: 'https://portal.example.test/t/mueller?a=1&b=2',
  removeAt: Date.UTC(2026, 11, 24, 12),
  uuid: () => '5b1c9f0e-4d2a-4f3b-8c7d-6e5f4a3b2c1d',
} as const;

const authority = { certificate: fixture.authority, commonName: `Sallyport ${tenantId}` };
const former = { certificate: fixture.former, commonName: `Sallyport ${tenantId}` };

const everything: Ikev2ProfileInput = {
  ...subject,
  onDemand: { ...subject.onDemand, excludedSsids: [...subject.onDemand.excludedSsids] },
  identity,
  keyType: 'ec-p256',
  ...fixture.elliptic,
  expiresAt: validity.notAfter,
  authorities: [authority],
  password,
  connections: [
    {
      gatewayId: 'gw_4k2m9q0c7x1v5t8b',
      gatewayName: 'Berlin',
      host,
      authority: 0,
      routes: ['0.0.0.0/0', '::/0'],
      dns: ['10.64.0.1', 'fd5a:1b2c:3d4e::1'],
      mtu: 1420,
    },
  ],
};

/** One gateway, everything through the tunnel. */
export const allThrough = everything;

/** Two gateways, one by address, some prefixes only, during a change of authorities; RSA. */
export const someThrough: Ikev2ProfileInput = {
  ...everything,
  keyType: 'rsa-3072',
  ...fixture.rsa,
  authorities: [authority, former],
  onDemand: { mode: 'off', excludedSsids: [], probe: true },
  portalUrl: null,
  removeAt: null,
  connections: [
    {
      gatewayId: 'gw_1m2n3p4q5r6s7t8v',
      gatewayName: "Köln 'Süd'",
      host: '203.0.113.7',
      // It still shows the former one's certificate.
      authority: 1,
      routes: ['10.0.0.0/8', '192.168.7.0/24', 'fd00::/8'],
      dns: [],
      mtu: 1280,
    },
    ...everything.connections,
  ],
};

export const namedIkev2 = { 'all-through': allThrough, 'some-through': someThrough };

/** Only gateways that are known by names take passwords. */
function withPassword({ connections, ...input }: Ikev2ProfileInput): PasswordProfileInput {
  const { certificate, privateKey, pkcs12, keyType, expiresAt, ...rest } = input;
  const named = connections.filter(({ host }) => passwordHost(host) !== null);
  return { ...rest, identity: '4567efgh0123abcd', connections: named };
}

export const namedPassword = {
  'all-through': withPassword(allThrough),
  'some-through': withPassword(someThrough),
};

const wireguard = { ...subject, onDemand: everything.onDemand, privateKey };
export const namedWireguard: Record<string, WireguardProfileInput> = {
  'all-through': { ...wireguard, connections: [dualStack] },
  'some-through': {
    ...wireguard,
    portalUrl: null,
    removeAt: null,
    onDemand: { mode: 'wifi', excludedSsids: [], probe: true },
    connections: [
      { ...splitTunnel, gatewayId: 'gw_1m2n3p4q5r6s7t8v', gatewayName: "Köln 'Süd'" },
      dualStack,
    ],
  },
};

/** Names that mean harm: each fits the schema of names, and some do not. */
export const hostileNames = [
  `'; Remove-Item C:\\ -Recurse #`,
  `’; Remove-Item C:\\ #`,
  '"; $(touch /tmp/owned); `id`; "',
  '</string><key>x</key><string>',
  ']]><!--&amp;&lt;',
  '{ include /etc/shadow }\n}',
  '[vpn]\nservice-type=evil',
  '%config\r\nleftupdown=/bin/sh',
  ' leading and trailing ',
  '\\s\\n\\t\\',
  '💥🦊 Ünïcödé 北京 ‮evil',
  '../../etc/passwd',
  'x'.repeat(100),
  '\u0000\uffff\ud800',
];

// Which addresses tenants may make the control plane connect to.

import { expect, it } from 'vitest';
import { parseAddress } from '../../src/model/cidr.ts';
import {
  isPublicAddress,
  mayBePublicHost,
  syslogTargetSchema,
  webhookUrlSchema,
} from '../../src/model/outbound.ts';
import { webhookSecretSchema } from '../../src/model/webhook.ts';

function isPublic(text: string): boolean {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  return isPublicAddress(address);
}

it.each([
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private use', '10.0.0.0', '10.255.255.255'],
  ['shared by carriers', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.255.255.255'],
  ['link-local, where clouds keep their metadata', '169.254.0.0', '169.254.169.254'],
  ['private use', '172.16.0.0', '172.31.255.255'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['documentation', '192.0.2.1', '198.51.100.1'],
  ['documentation', '203.0.113.0', '203.0.113.255'],
  ['anycast of 6to4', '192.88.99.0', '192.88.99.255'],
  ['private use', '192.168.0.0', '192.168.255.255'],
  ['benchmarks', '198.18.0.0', '198.19.255.255'],
  ['multicast', '224.0.0.0', '239.255.255.255'],
  ['reserved and broadcast', '240.0.0.0', '255.255.255.255'],
  ['unspecified and loopback', '::', '::1'],
  ['mapped', '::ffff:127.0.0.1', '::ffff:192.168.0.1'],
  ['compatible with IPv4, long abandoned', '::127.0.0.1', '::8.8.8.8'],
  ['translated', '64:ff9b::10.0.0.1', '64:ff9b:1::1'],
  ['discard-only', '100::', '100::1'],
  ['Teredo and ORCHID', '2001::1', '2001:2f:ffff::1'],
  ['documentation', '2001:db8::1', '3fff::1'],
  ['6to4', '2002:7f00:1::', '2002::1'],
  ['not assigned', '4000::1', 'f000::1'],
  ['unique local', 'fc00::1', 'fdff:ffff::1'],
  ['link-local', 'fe80::1', 'febf::1'],
  ['site-local, long abandoned', 'fec0::1', 'feff::1'],
  ['multicast', 'ff00::1', 'ff02::1'],
])('what is %s is not public: %s, %s', (_, first, last) => {
  expect([isPublic(first), isPublic(last)]).toEqual([false, false]);
});

it.each([
  ['1.1.1.1', '9.255.255.255'],
  ['11.0.0.0', '100.63.255.255'],
  ['100.128.0.0', '126.255.255.255'],
  ['128.0.0.0', '172.15.255.255'],
  ['172.32.0.0', '192.167.255.255'],
  ['192.169.0.0', '223.255.255.255'],
  ['2001:200::1', '2001:4860:4860::8888'],
  ['2003::1', '2a00:1450::1'],
  ['::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
])('all others are public: %s, %s', (first, last) => {
  expect([isPublic(first), isPublic(last)]).toEqual([true, true]);
});

it('takes names as public, but those of this machine', () => {
  for (const host of ['example.com', 'localhost.example.com', 'notlocalhost', '[2a00::1]'])
    expect(mayBePublicHost(host)).toBe(true);
  for (const host of ['localhost', 'LOCALHOST.', 'a.localhost', '[::1]', '127.0.0.1'])
    expect(mayBePublicHost(host)).toBe(false);
});

it('lets the operator allow private targets, not other schemes', () => {
  const schema = webhookUrlSchema({ allowPrivate: true });
  for (const url of ['https://10.0.0.1/', 'http://localhost:8080/', 'http://[::1]/'])
    expect(schema.safeParse(url).success).toBe(true);
  for (const url of ['http://10.0.0.1/', 'http://localhost.evil.example/', 'gopher://localhost/'])
    expect(schema.safeParse(url).success).toBe(false);
});

it('takes a syslog server by name or address, at its own port or the usual one', () => {
  const schema = syslogTargetSchema({ allowPrivate: false });
  expect(schema.parse({ host: 'logs.example.com' })).toMatchObject({ port: 6514 });
  for (const host of ['10.0.0.1', 'localhost', 'a b', 'logs.example.com/x', '1.2.3'])
    expect(schema.safeParse({ host }).success).toBe(false);
  const target = { host: 'logs.example.com', caPem: '-----BEGIN PRIVATE KEY-----' };
  expect(schema.safeParse(target).success).toBe(false);
});

it('takes a secret of 24 to 64 bytes', () => {
  const secret = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
  for (const bytes of [24, 32, 64])
    expect(webhookSecretSchema.safeParse(secret(bytes)).success).toBe(true);
  for (const text of [secret(23), secret(65), 'whsec_', 'whsec_%%%', secret(32).slice(6)])
    expect(webhookSecretSchema.safeParse(text).success).toBe(false);
});

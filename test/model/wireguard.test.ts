// What a client is told about a gateway: every value is checked, because wg-quick trusts the file.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endpointSchema,
  formatEndpoint,
  wireguardConnectionSchema,
  wireguardPublicKeySchema,
} from '../../src/model/wireguard.ts';
import { dualStack } from '../render/client/connections.ts';

const accepts = (changes: object) =>
  wireguardConnectionSchema.safeParse({ ...dualStack, ...changes }).success;

describe('a connection', () => {
  it('is accepted as the API writes it', () => {
    expect(wireguardConnectionSchema.parse(dualStack)).toEqual(dualStack);
  });

  it.each([
    { dns: ['1.1.1.1\nPostUp = id'] },
    { dns: ['resolver.test'] },
    { routes: ['0.0.0.0/0\nPostUp = id'] },
    { addresses: ['10.0.0.2/32, 10.0.0.3/32'] },
    { addresses: [] },
    { endpoint: { host: 'a.test\nPostUp = id', port: 1 } },
    { gatewayPublicKey: `${dualStack.gatewayPublicKey}\n` },
    { mtu: 576 },
    { postUp: 'id' },
  ])('is refused with %j', (changes) => {
    expect(accepts(changes)).toBe(false);
  });
});

describe('a public key', () => {
  it('is 32 bytes in base64, and not all zero', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        const isKey = bytes.length === 32 && bytes.some((byte) => byte !== 0);
        expect(wireguardPublicKeySchema.safeParse(text).success).toBe(isKey);
      }),
    );
    const zero = Buffer.alloc(32).toString('base64');
    expect(wireguardPublicKeySchema.safeParse(zero).success).toBe(false);
  });

  it('is refused when another text would mean the same key', () => {
    const sloppy = dualStack.gatewayPublicKey.replace(/.=$/, 'h=');
    expect(Buffer.from(sloppy, 'base64')).toHaveLength(32);
    expect(wireguardPublicKeySchema.safeParse(sloppy).success).toBe(false);
  });
});

describe('an endpoint', () => {
  it.each([
    ['vpn.example.test', 'vpn.example.test:51820'],
    ['203.0.113.7', '203.0.113.7:51820'],
    ['2001:db8::7', '[2001:db8::7]:51820'],
  ])('at %s is written %s', (host, text) => {
    expect(formatEndpoint(endpointSchema.parse({ host }))).toBe(text);
  });

  it.each([
    '',
    '256.1.1.1',
    '1.2.3',
    '[2001:db8::7]',
    'a_b.test',
    'a..test',
    '-a.test',
    'a b',
    'a:1',
  ])('is refused at %j', (host) => {
    expect(endpointSchema.safeParse({ host }).success).toBe(false);
  });
});

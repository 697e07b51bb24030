import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Prefix, parsePrefix } from '../../src/model/cidr.ts';
import { addressBehind, canonicalAddress, clientOf } from '../../src/model/client-address.ts';

function prefixes(...texts: string[]): Prefix[] {
  return texts.map((text) => {
    const prefix = parsePrefix(text);
    if (typeof prefix === 'string') throw new Error(text);
    return prefix;
  });
}

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1', '::1'],
])('writes %s as %s', (text, canonical) => {
  expect(canonicalAddress(text)).toBe(canonical);
});

test.each(['', 'unknown', '192.0.2', '192.0.2.1, 192.0.2.2', '_hidden', '1.2.3.4:80'])(
  'takes "%s" for no address',
  (text) => expect(canonicalAddress(text)).toBeUndefined(),
);

describe('behind proxies, the client', () => {
  const trusted = prefixes('127.0.0.0/8', '10.0.0.0/8', 'fd00::/8');
  it.each([
    ['is who speaks when that is no proxy', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['is whom the proxy heard', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['is left of all trusted', '127.0.0.1', '198.51.100.1, 10.1.1.1, fd00::1', '198.51.100.1'],
    ['cannot invent others', '127.0.0.1', '1.1.1.1, 127.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['is the farthest, if all are trusted', '127.0.0.1', '10.0.0.7, 10.0.0.8', '10.0.0.7'],
    ['is the proxy when it says nonsense', '127.0.0.1', '198.51.100.1, unknown', '127.0.0.1'],
    ['is the proxy when it says nothing', '127.0.0.1', '', '127.0.0.1'],
    ['may come with a port', '127.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['may be IPv6 in brackets', '127.0.0.1', '[2001:db8::5]:443', '2001:db8::5'],
    ['may be IPv6', '127.0.0.1', '2001:DB8::5', '2001:db8::5'],
    ['is IPv4 where it is written as IPv6', '127.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
  ])('%s', (_name, peer, forwarded, client) => {
    expect(addressBehind(peer, forwarded, trusted)).toBe(client);
  });

  it('is never what stands left of the first address that is not trusted', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (invented) => {
        const forwarded = `${invented}, 198.51.100.1, 10.0.0.9`;
        expect(addressBehind('127.0.0.1', forwarded, trusted)).toBe('198.51.100.1');
      }),
    );
  });

  it('is looked for among the last 16 only', () => {
    const forwarded = ['198.51.100.1', ...new Array<string>(16).fill('10.0.0.1')].join(', ');
    expect(addressBehind('127.0.0.1', forwarded, trusted)).toBe('10.0.0.1');
  });
});

test('addresses count together by IPv4 address or IPv6 /64', () => {
  expect(clientOf('192.0.2.1')).toBe('192.0.2.1');
  expect(clientOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(clientOf('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64');
  expect(clientOf('2001:db8:1:3::9')).toBe('2001:db8:1:3::/64');
  expect(clientOf(null)).toBe('unknown');
});

// Addresses and prefixes, checked against Node's own idea of them.

import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Address,
  addressAt,
  anyPrefixSchema,
  contains,
  formatAddress,
  formatPrefix,
  hostBits,
  networkOf,
  overlaps,
  type Prefix,
  parseAddress,
  parsePrefix,
  pool4Schema,
  pool6Schema,
} from '../../src/model/cidr.ts';

const byte = fc.integer({ min: 0, max: 255 });
// Zeros in runs, because that is where IPv6 texts are hard.
const group = fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const address: fc.Arbitrary<Address> = fc.oneof(
  fc.tuple(byte, byte, byte, byte).map((bytes) => ({ family: 4 as const, bytes })),
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => ({
    family: 6 as const,
    bytes: groups.flatMap((value) => [value >> 8, value & 255]),
  })),
);
const prefix: fc.Arbitrary<Prefix> = address.chain((one) =>
  fc.integer({ min: 0, max: one.family === 4 ? 32 : 128 }).map((length) => networkOf(one, length)),
);
/** Two prefixes of which one is often inside the other. */
const relatives = fc.tuple(prefix, fc.nat(128)).chain(([one, more]) => {
  const length = Math.min(one.length + more, one.address.family === 4 ? 32 : 128);
  return fc.tuple(fc.constant(one), fc.oneof(prefix, fc.constant(networkOf(one.address, length))));
});
const almost = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefF:.%/ '), maxLength: 42 }),
  fc
    .tuple(address.map(formatAddress), fc.nat(40), fc.constantFrom('', ':', '.', '0', 'f', '::'))
    .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
);

function listOf(one: Prefix): BlockList {
  const list = new BlockList();
  list.addSubnet(formatAddress(one.address), one.length, `ipv${one.address.family}`);
  return list;
}

describe('an address', () => {
  it('survives being written and read', () => {
    fc.assert(
      fc.property(address, (one) => {
        expect(parseAddress(formatAddress(one))).toEqual(one);
      }),
    );
  });

  it('is written as the URL standard writes it', () => {
    fc.assert(
      fc.property(address, (one) => {
        const text = formatAddress(one);
        const host = one.family === 4 ? text : `[${text}]`;
        expect(new URL(`http://${host}/`).hostname).toBe(host);
      }),
    );
  });

  it('is read exactly when Node takes it for one, but without a zone', () => {
    fc.assert(
      fc.property(almost, (text) => {
        const expected = text.includes('%') ? 0 : isIP(text);
        expect(parseAddress(text)?.family ?? 0).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['::', '::'],
    ['1::', '1::'],
    ['::1', '::1'],
    ['0:0:1:0:0:0:1:0', '0:0:1::1:0'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['1:2:3:4:5:6:0:8', '1:2:3:4:5:6:0:8'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['2001:DB8::A', '2001:db8::a'],
  ])('%s is written %s', (text, canonical) => {
    const parsed = parseAddress(text);
    expect(parsed && formatAddress(parsed)).toBe(canonical);
  });

  it.each([
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7::8',
    '',
    '1.2.3.4::',
    '1::1.2.3.4::',
  ])('%j is refused', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('a prefix', () => {
  it('survives being written and read', () => {
    fc.assert(
      fc.property(prefix, (one) => {
        expect(parsePrefix(formatPrefix(one))).toEqual(one);
      }),
    );
  });

  it('with host bits is refused with what was probably meant', () => {
    fc.assert(
      fc.property(address, fc.nat(128), (one, bits) => {
        const length = bits % (one.family === 4 ? 33 : 129);
        const meant = formatPrefix(networkOf(one, length));
        const result = anyPrefixSchema.safeParse(`${formatAddress(one)}/${length}`);
        if (meant === `${formatAddress(one)}/${length}`) expect(result.data).toBe(meant);
        else
          expect(result.error?.issues.map(({ message }) => message)).toEqual([
            `has host bits set; did you mean ${meant}?`,
          ]);
      }),
    );
  });

  it.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/08', '::/129', '/8', '10.0.0.0/8/8'])(
    '%j is refused',
    (text) => {
      expect(parsePrefix(text)).toBe('not_a_prefix');
    },
  );

  it('is made canonical by its schema', () => {
    expect(anyPrefixSchema.parse('FD00:0:0::/8')).toBe('fd00::/8');
  });
});

describe('contains', () => {
  it('agrees with Node', () => {
    fc.assert(
      fc.property(relatives, address, ([one, other], any) => {
        const list = listOf(one);
        for (const inside of [other.address, any])
          if (inside.family === one.address.family)
            expect(contains(one, inside)).toBe(
              list.check(formatAddress(inside), `ipv${inside.family}`),
            );
          else expect(contains(one, inside)).toBe(false);
      }),
    );
  });

  it('holds for every address counted from the prefix, and they are all different', () => {
    fc.assert(
      fc.property(prefix, fc.uniqueArray(fc.nat(0x7fffffff), { maxLength: 5 }), (one, indexes) => {
        const within = indexes.filter((index) => index < 2 ** hostBits(one));
        const texts = within.map((index) => {
          const found = addressAt(one, index);
          expect(contains(one, found)).toBe(true);
          return formatAddress(found);
        });
        expect(new Set(texts).size).toBe(within.length);
      }),
    );
  });
});

describe('overlaps', () => {
  it('is symmetric, reflexive, and the same as one containing the start of the other', () => {
    fc.assert(
      fc.property(relatives, ([a, b]) => {
        expect(overlaps(a, a)).toBe(true);
        expect(overlaps(a, b)).toBe(overlaps(b, a));
        expect(overlaps(a, b)).toBe(contains(a, b.address) || contains(b, a.address));
      }),
    );
  });

  it('agrees with Node', () => {
    fc.assert(
      fc.property(relatives, ([a, b]) => {
        if (a.address.family !== b.address.family) {
          expect(overlaps(a, b)).toBe(false);
          return;
        }
        const shorter = a.length <= b.length ? a : b;
        const longer = shorter === a ? b : a;
        const start = formatAddress(longer.address);
        expect(overlaps(a, b)).toBe(listOf(shorter).check(start, `ipv${a.address.family}`));
      }),
    );
  });
});

describe('addressAt', () => {
  const small = networkOf({ family: 4, bytes: [10, 0, 0, 0] }, 30);

  it('counts over the borders of bytes', () => {
    const wide = networkOf({ family: 4, bytes: [10, 0, 0, 0] }, 8);
    expect(formatAddress(addressAt(wide, 0x010203))).toBe('10.1.2.3');
    const ula = networkOf({ family: 6, bytes: [0xfd, ...new Array<number>(15).fill(0)] }, 64);
    expect(formatAddress(addressAt(ula, 0x7fffffff))).toBe('fd00::7fff:ffff');
  });

  it.each([-1, 4, 0.5, Number.NaN, 2 ** 31])('refuses the index %d of a /30', (index) => {
    expect(() => addressAt(small, index)).toThrow(RangeError);
  });
});

describe('a pool', () => {
  it.each(['10.0.0.0/8', '10.64.0.0/18', '10.0.0.0/30'])('may be %s', (text) => {
    expect(pool4Schema.parse(text)).toBe(text);
  });
  it.each(['10.0.0.0/31', '0.0.0.0/0', 'fd00::/64', '10.0.0.1/24'])('may not be %s', (text) => {
    expect(pool4Schema.safeParse(text).success).toBe(false);
  });
  it.each(['fd00::/32', 'fd00::/64', 'fd00::/120'])('may be %s', (text) => {
    expect(pool6Schema.parse(text)).toBe(text);
  });
  it.each(['fd00::/121', 'fd00::/31', '10.0.0.0/8'])('may not be %s', (text) => {
    expect(pool6Schema.safeParse(text).success).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePacket,
  encodePacket,
  type Packet,
  PacketReader,
  ViciError,
  type ViciValue,
} from '../../src/agent/vici.ts';

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const text = fc.string({ maxLength: 300, unit: 'grapheme' });
const { section } = fc.letrec<{ section: Record<string, ViciValue>; value: ViciValue }>((tie) => ({
  section: fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 4 }, text, fc.array(text, { maxLength: 4 }), tie('section')),
}));
const packet: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ type: fc.constantFrom('request', 'event'), name, body: section }),
  fc.record({ type: fc.constant('response' as const), name: fc.constant(''), body: section }),
);

/** What of any bytes comes out as packets, or undefined when they are refused. */
function packetsIn(chunks: Uint8Array[]): Packet[] | undefined {
  const reader = new PacketReader();
  const found: Packet[] = [];
  try {
    for (const chunk of chunks) {
      reader.push(chunk);
      for (let next = reader.next(); next; next = reader.next()) found.push(next);
    }
    return found;
  } catch (error) {
    expect(error).toBeInstanceOf(ViciError);
    return undefined;
  }
}

describe('packets of VICI', () => {
  it('are exactly these bytes', () => {
    const body = { 'ike-id': '7', list: ['a', ''], in: { force: 'yes' } };
    const bytes = encodePacket({ type: 'request', name: 'terminate', body });
    // strongSwan 5.9.8, src/libcharon/plugins/vici/README.md, by hand.
    expect(Buffer.from(bytes).toString('latin1')).toBe(
      '\0\0\0\x35\0\x09terminate\x03\x06ike-id\0\x017\x04\x04list\x05\0\x01a\x05\0\0\x06' +
        '\x01\x02in\x03\x05force\0\x03yes\x02',
    );
  });

  it('come back as they were sent, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        (all, cut) => {
          const stream = Buffer.concat(all.map(encodePacket));
          const chunks: Uint8Array[] = [];
          for (let i = 0; i < stream.length; i += cut) chunks.push(stream.subarray(i, i + cut));
          expect(packetsIn(chunks)).toEqual(all);
        },
      ),
    );
  });

  it('that are damaged are refused or are others, and nothing else happens', () => {
    fc.assert(
      fc.property(packet, fc.nat(), fc.nat(255), (sent, at, byte) => {
        const bytes = encodePacket(sent);
        bytes[4 + (at % (bytes.length - 4))] = byte;
        packetsIn([bytes]);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void packetsIn([bytes])));
  });

  it.each([
    ['no type', []],
    ['an unknown type', [8]],
    ['a name that ends too early', [0, 5, 97]],
    ['a value that ends too early', [1, 3, 1, 97, 0, 2, 97]],
    ['a section that does not end', [1, 1, 1, 97]],
    ['an end without a section', [1, 2]],
    ['an item without a list', [1, 5, 0, 0]],
    ['a list that does not end', [1, 4, 1, 97]],
    ['a section in a list', [1, 4, 1, 97, 1, 1, 97, 2, 6]],
    ['sections that are too deep', [1, ...Array(20).fill([1, 1, 97]).flat()]],
  ])('with %s are refused', (_, bytes) => {
    expect(() => decodePacket(new Uint8Array(bytes))).toThrow(ViciError);
  });

  it('that are longer than charon makes them are refused before they are read', () => {
    expect(packetsIn([Uint8Array.of(0, 8, 0, 1)])).toBeUndefined();
    const body = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`${i}`, 'x'.repeat(65535)]),
    );
    expect(() => encodePacket({ type: 'response', name: '', body })).toThrow('too long');
  });

  it('cannot change what objects are', () => {
    const bytes = [1, 1, 9, ...Buffer.from('__proto__'), 3, 1, 97, 0, 1, 98, 2];
    const { body } = decodePacket(new Uint8Array(bytes));
    expect(Object.keys(body)).toEqual(['__proto__']);
    expect('a' in {}).toBe(false);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
  });
});

// Encodings in plain TypeScript against the platform's own.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromBase64,
  fromBase64Url,
  fromUtf8,
  toBase64,
  toBase64Url,
  toHex,
  toUtf8,
} from '../../src/model/encoding.ts';

const bytes = fc.uint8Array({ maxLength: 100 });
// Texts that are nearly right: too short, padded wrongly, with bits left over.
const almost = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'AQgwab01+/-_='), maxLength: 12 }),
  bytes.chain((one) =>
    fc.constantFrom('', '=', 'A', '==').map((end) => Buffer.from(one).toString('base64') + end),
  ),
);

/** What the platform decodes, if the text is exactly what it would write for it. */
function canonical(text: string, encoding: 'base64' | 'base64url'): number[] | undefined {
  const decoded = Buffer.from(text, encoding);
  return decoded.toString(encoding) === text ? [...decoded] : undefined;
}

function list(found: Uint8Array | undefined): number[] | undefined {
  return found && [...found];
}

function decodeStrictly(encoded: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(encoded);
  } catch {
    return undefined;
  }
}

describe('base64, base64url and hex', () => {
  it('write what the platform writes', () => {
    fc.assert(
      fc.property(bytes, (one) => {
        expect(toBase64(one)).toBe(Buffer.from(one).toString('base64'));
        expect(toBase64Url(one)).toBe(Buffer.from(one).toString('base64url'));
        expect(toHex(one)).toBe(Buffer.from(one).toString('hex'));
      }),
    );
  });

  it('read back what they wrote', () => {
    fc.assert(
      fc.property(bytes, (one) => {
        expect(list(fromBase64(toBase64(one)))).toEqual([...one]);
        expect(list(fromBase64Url(toBase64Url(one)))).toEqual([...one]);
      }),
    );
  });

  it('accept one text for each sequence of bytes and no other', () => {
    fc.assert(
      fc.property(almost, (text) => {
        expect(list(fromBase64(text))).toEqual(canonical(text, 'base64'));
        expect(list(fromBase64Url(text))).toEqual(canonical(text, 'base64url'));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['A', 'AA', 'AA=', 'AB==', 'A===', '====', '=', 'AAAA====', 'AA==AA==', 'AA\n='])(
    'base64 refuses %j',
    (text) => {
      expect(fromBase64(text)).toBeUndefined();
    },
  );
});

describe('UTF-8', () => {
  it('is written as the platform writes it, lone surrogates included', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
        (text) => {
          expect([...toUtf8(text)]).toEqual([...new TextEncoder().encode(text)]);
        },
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect([...toUtf8(text)]).toEqual([...new TextEncoder().encode(text)]);
      }),
    );
  });

  it('is read as the platform reads it when it is strict', () => {
    const leads = fc.constantFrom(0x00, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef);
    const more = fc.constantFrom(0x90, 0x9f, 0xa0, 0xf0, 0xf3, 0xf4, 0xf5, 0xff);
    const broken = fc.array(fc.oneof(leads, more), { maxLength: 6 });
    fc.assert(
      fc.property(fc.oneof(broken, bytes), (one) => {
        const encoded = Uint8Array.from(one);
        expect(fromUtf8(encoded)).toBe(decodeStrictly(encoded));
      }),
      { numRuns: 5000 },
    );
  });
});

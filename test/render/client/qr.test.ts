// QR codes, read back by a decoder as a phone's camera would.

import fc from 'fast-check';
import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { qrSvg, qrTerminal } from '../../../src/render/client/qr.ts';
import { renderWireguardClient } from '../../../src/render/client/wireguard.ts';
import { named, privateKey } from './connections.ts';
import { expectGolden } from './golden.ts';

const profiles = Object.entries(named).map(
  ([name, connection]) => [name, renderWireguardClient(connection, privateKey)] as const,
);
const moduleWidth = 3;

type Modules = boolean[][];

/** What a camera reads from the modules. */
function decode(modules: Modules): string | undefined {
  const width = modules.length * moduleWidth;
  const pixels = new Uint8ClampedArray(width * width * 4);
  for (let y = 0; y < width; y++)
    for (let x = 0; x < width; x++) {
      const dark = modules[Math.floor(y / moduleWidth)]?.[Math.floor(x / moduleWidth)];
      pixels.set(dark ? [0, 0, 0, 255] : [255, 255, 255, 255], (y * width + x) * 4);
    }
  const code = jsQR.default(pixels, width, width, { inversionAttempts: 'dontInvert' });
  return code ? Buffer.from(code.binaryData).toString('utf8') : undefined;
}

function modulesOfSvg(svg: string): Modules {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const modules = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const path = /<path d="([^"]+)"\/>/.exec(svg)?.[1] ?? '';
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    modules[Number(y)]?.fill(true, Number(x), Number(x) + Number(run));
  return modules;
}

function modulesOfTerminal(text: string): Modules {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      expect(line.startsWith('\u001b[30;107m') && line.endsWith('\u001b[0m')).toBe(true);
      const shown = line.slice('\u001b[30;107m'.length, -'\u001b[0m'.length);
      return ['▀█', '▄█'].map((dark) => [...shown].map((block) => dark.includes(block)));
    });
}

describe('a QR code as SVG', () => {
  it.each(profiles)('is this image, and reads as the profile: %s', (name, text) => {
    const svg = qrSvg(text, 'Profile for Berlin');
    expectGolden(`${name}.svg`, `${svg}\n`);
    expect(decode(modulesOfSvg(svg))).toBe(text);
  });

  it('tells its title to people who cannot see it', () => {
    expect(qrSvg('x', 'Profile')).toMatch(/^<svg [^>]*role="img"[^>]*><title>Profile<\/title>/);
  });

  it('shows any title and cannot be broken by it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
        const svg = qrSvg('x', `</title><script>"&${title}`);
        expect(svg).toContain('<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;');
        expect(svg.match(/[<>]/g)).toHaveLength(12);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has none of these
        expect(svg).not.toMatch(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/);
        expect(svg.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('a QR code in a terminal', () => {
  it.each(profiles)('is these blocks, and reads as the profile: %s', (name, text) => {
    const blocks = qrTerminal(text);
    expectGolden(`${name}.blocks.txt`, blocks);
    expect(decode(modulesOfTerminal(blocks))).toBe(text);
  });

  it.each(profiles)('fits into 80 columns: %s', (_name, text) => {
    for (const row of modulesOfTerminal(qrTerminal(text)))
      expect(row.length).toBeLessThanOrEqual(80);
  });

  it('gives up some error correction before it grows wider than a terminal', () => {
    const widthOf = (text: string) => modulesOfTerminal(qrTerminal(text))[0]?.length ?? 0;
    expect(widthOf('x'.repeat(331))).toBe(77);
    expect(widthOf('x'.repeat(332))).toBeLessThan(81);
    expect(widthOf('x'.repeat(1000))).toBeGreaterThan(80);
  });
});

describe('any QR code', () => {
  it('reads as the text, whatever its characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }), (text) => {
        expect(decode(modulesOfSvg(qrSvg(text, 'x')))).toBe(text);
        expect(decode(modulesOfTerminal(qrTerminal(text)))).toBe(text);
      }),
      { numRuns: 15 },
    );
  });

  it('holds 2953 bytes and not one more', () => {
    expect(decode(modulesOfSvg(qrSvg('x'.repeat(2953), 'x')))).toBe('x'.repeat(2953));
    const refusal = 'A text of 2954 bytes does not fit into a QR code, which holds at most 2953. ';
    expect(() => qrSvg('x'.repeat(2954), 'x')).toThrow(refusal);
    expect(() => qrTerminal('x'.repeat(2954))).toThrow('as a file instead');
  });
});

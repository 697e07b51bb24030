import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ikev2Section, ikev2SectionSchema } from '../../../src/model/ikev2.ts';
import { quoted, renderSwanctl } from '../../../src/render/server/swanctl.ts';
import { expectGolden } from './golden.ts';

const usual: Ikev2Section = {
  identity: 'vpn.example.test',
  certificate: null,
  authorities: [{ id: 'ca_0000000000000001', certificate: 'AAAA' }],
  pools: { v4: '10.72.0.0/18', v6: 'fd5b::/64' },
  routes: ['0.0.0.0/0', '::/0'],
  dns: ['9.9.9.9', '2620:fe::fe'],
  withoutRevocations: 'refuse',
};

function render(section: Ikev2Section, passwords = new Map<string, string>()): string {
  const authorityFiles = section.authorities.map(({ id }) => `sallyport-${id}.pem`);
  return renderSwanctl({ section, certificateFile: 'sallyport.pem', authorityFiles, passwords });
}

/** A value as strongSwan's settings parser reads it between quotes. */
function read(text: string): string {
  expect(text.startsWith('"') && text.endsWith('"')).toBe(true);
  const inner = text.slice(1, -1);
  expect(/(^|[^\\])(\\\\)*"/.test(inner)).toBe(false);
  return inner.replaceAll(/\\(.)/g, '$1');
}

describe("the gateway's file for swanctl", () => {
  it('is exactly this for the usual section', () => {
    expectGolden('swanctl-usual.conf', render(usual));
  });

  it('says when devices come in without lists of revoked ones, and needs no resolver', () => {
    const section = { ...usual, withoutRevocations: 'accept' as const, dns: [] };
    const text = render({ ...section, routes: ['10.0.0.0/8', 'fd00::/8'] });
    expectGolden('swanctl-relaxed.conf', text);
  });

  it('has a second identity for devices with passwords, and these in base64', () => {
    const section = { ...usual, password: { identity: 'pw.vpn.example.test' } };
    const passwords = new Map([
      ['4k2m9q0c7x1v5t8b', '0sdoesnotstandfortheseitself'],
      ['9h8g7f6e5d4c3b2a', 'kq7n2v9x4c1b8m5z0h3gfabc'],
    ]);
    expectGolden('swanctl-passwords.conf', render(section, passwords));
  });

  it.each(['%any', 'a b', 'vpn.example.test"', '@x', 'C=XX', '', '*'])(
    'has no identity that strongSwan reads otherwise: "%s"',
    (identity) => {
      expect(() => render({ ...usual, identity })).toThrow('neither a host name nor an address');
    },
  );

  it('quotes every value so that it is read as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (value) => {
        if (/\p{Cc}/u.test(value)) return;
        expect(read(quoted(value))).toBe(value);
      }),
    );
    for (const value of ['a\nb = c', 'a\r', '\0', 'a\u007f'])
      expect(() => quoted(value)).toThrow('control character');
  });

  it('has no line that a string of a valid section could add', () => {
    const most = render(usual).split('\n').length;
    const texts = fc.oneof(
      fc.string({ maxLength: 40, unit: 'grapheme' }),
      fc.constantFrom(
        '10.0.0.0/8',
        'fd00::/8',
        '"; include /etc/shadow',
        'x\n}\nsecrets {',
        '1.1.1.1',
      ),
    );
    const sections = fc
      .record({
        identity: texts,
        pools: fc.record({ v4: texts, v6: texts }),
        routes: fc.array(texts, { minLength: 1, maxLength: 3 }),
        dns: fc.array(texts, { maxLength: 3 }),
      })
      .map((part) => ikev2SectionSchema.safeParse({ ...usual, ...part }).data ?? usual);
    fc.assert(
      fc.property(sections, (section) => {
        let text = '';
        try {
          text = render(section);
        } catch {
          return;
        }
        expect(text.split('\n').length).toBeLessThanOrEqual(most);
        for (const word of ['include', 'secrets']) expect(text).not.toContain(word);
      }),
    );
  });

  const missing = spawnSync('swanctl', ['--version']).error !== undefined;
  it.skipIf(missing)('is a file that the real swanctl can read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'swanctl-'));
    const file = join(folder, 'swanctl.conf');
    writeFileSync(file, render(usual));
    // Nobody listens there, which it says only after it has read the file.
    const where = ['--file', file, '--uri', `unix://${folder}/none`];
    const { stderr } = spawnSync('swanctl', ['--load-conns', ...where], { encoding: 'utf8' });
    writeFileSync(file, `${render(usual)}}`);
    const broken = spawnSync('swanctl', ['--load-conns', ...where], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stderr).not.toMatch(/syntax error|failed to (open|parse)/);
    expect(broken.status).not.toBe(0);
  });
});

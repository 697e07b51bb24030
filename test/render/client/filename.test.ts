// File names of profiles from names that people choose, and from names that mean harm.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  connectionNames,
  profileFilenames,
  wireguardFilename,
  wireguardFilenames,
} from '../../../src/render/client/filename.ts';

const accepted = /^[a-zA-Z0-9_=+][a-zA-Z0-9_=+.-]{0,14}\.conf$/;
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('.', '/', '-', '\\', 'a', ' ', '\n', "'", '🦊', 'é') }),
);

describe('a profile file name', () => {
  it.each([
    ['Berlin', 'Berlin.conf'],
    ['Köln Süd', 'Koln-Sud.conf'],
    ['office_2+=x', 'office_2+=x.conf'],
    ['../../etc/passwd', 'etc-passwd.conf'],
    ['..', 'sallyport.conf'],
    ['.hidden', 'hidden.conf'],
    ['-rf', 'rf.conf'],
    ['', 'sallyport.conf'],
    ['🦊🦊', 'sallyport.conf'],
    ['北京', 'sallyport.conf'],
    ['Anna\'s "phone"', 'Anna-s-phone.conf'],
    ['a\nb\r\nc', 'a-b-c.conf'],
    ['x'.repeat(300), 'xxxxxxxxxxxxxxx.conf'],
    ['fourteen chars and', 'fourteen-chars.conf'],
    ['CON', 'vpn-CON.conf'],
    ['nul.txt', 'vpn-nul.txt.conf'],
    ['default', 'vpn-default.conf'],
    ['console', 'console.conf'],
  ])('made from %j is %s', (name, filename) => {
    expect(wireguardFilename(name)).toBe(filename);
  });

  it('is one that every WireGuard program accepts, whatever the name', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(wireguardFilename(name)).toMatch(accepted);
      }),
    );
  });

  it('is unique among several, also where case does not count', () => {
    expect(
      wireguardFilenames(['Frankfurt office 1', 'Frankfurt office 2', 'FRANKFURT-OFFIC']),
    ).toEqual(['Frankfurt-offic.conf', 'Frankfurt-off-2.conf', 'FRANKFURT-OFF-3.conf']);
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 40 }), (names) => {
        const filenames = wireguardFilenames([...names, ...names]);
        for (const filename of filenames) expect(filename).toMatch(accepted);
        const folded = new Set(filenames.map((filename) => filename.toLowerCase()));
        expect(folded.size).toBe(names.length * 2);
      }),
    );
  });

  it('avoids files that are there already', () => {
    const existing = ['berlin.conf', 'Berlin-2.conf', 'other.conf'];
    expect(wireguardFilenames(['Berlin', 'Berlin'], existing)).toEqual([
      'Berlin-3.conf',
      'Berlin-4.conf',
    ]);
  });
});

describe('the name of a connection on Linux', () => {
  it.each([
    ['Müller & Co Köln', 'muller-co-koln'],
    ['北京', 'sallyport'],
    ['all', 'vpn-all'],
  ])('made from %j is %s', (name, connection) => {
    expect(connectionNames([name])).toEqual([connection]);
  });

  it('has letters, digits and hyphens, fits where it goes, and is there once', () => {
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 20 }), (names) => {
        const made = connectionNames([...names, ...names], 15);
        for (const name of made) expect(name).toMatch(/^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$/);
        expect(new Set(made).size).toBe(names.length * 2);
      }),
    );
  });
});

describe('the name of a file for other clients', () => {
  it('may be longer, and is there once', () => {
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 20 }), (names) => {
        const made = profileFilenames([...names, ...names], 'swanctl.tar');
        for (const name of made) expect(name).toMatch(/^[\w=+][\w=+.-]{0,59}\.swanctl\.tar$/);
        expect(new Set(made.map((name) => name.toLowerCase())).size).toBe(names.length * 2);
      }),
    );
  });
});

// Tables and records at the widths that terminals have.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, minute, printable, record, table, wrap } from '../../src/cli/output.ts';

const shape = [
  { title: 'id', value: (row: string[]) => row[0] ?? '' },
  { title: 'name', value: (row: string[]) => row[1] ?? '', flexible: true },
  { title: 'state', value: (row: string[]) => row[2] ?? '', spare: true },
];
const rows = [
  ['gw_4k2m9q0c7x1v5t8b', 'Berlin office, second floor', 'applied'],
  ['gw_0000000000000000', '北京', 'failed'],
];

describe('a table', () => {
  it('is as wide as its text where nothing bounds it', () => {
    expect(table(rows, shape, undefined)).toBe(
      [
        'ID                   NAME                         STATE',
        'gw_4k2m9q0c7x1v5t8b  Berlin office, second floor  applied',
        'gw_0000000000000000  北京                         failed',
        '',
      ].join('\n'),
    );
  });

  it('cuts names, never ids, to fit the terminal', () => {
    expect(table(rows, shape, 45)).toBe(
      [
        'ID                   NAME             STATE',
        'gw_4k2m9q0c7x1v5t8b  Berlin office,…  applied',
        'gw_0000000000000000  北京             failed',
        '',
      ].join('\n'),
    );
  });

  it('leaves out what can be spared before it gives up being a table', () => {
    expect(table(rows, shape, 36)).toBe(
      [
        'ID                   NAME',
        'gw_4k2m9q0c7x1v5t8b  Berlin office,…',
        'gw_0000000000000000  北京',
        '',
      ].join('\n'),
    );
  });

  it('becomes records, with everything, in a very narrow terminal', () => {
    expect(table(rows.slice(1), shape, 20)).toBe(
      ['id     gw_0000000000000000', 'name   北京', 'state  failed', ''].join('\n'),
    );
  });

  it('never grows wider than the terminal while it is a table', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'é', '北', '🦊', '👩‍🚀', ' '),
      maxLength: 60,
    });
    const widthOf = (text: string) =>
      Array.from(new Intl.Segmenter().segment(text)).reduce(
        (sum, { segment }) => sum + (/[北🦊👩]/u.test(segment) ? 2 : 1),
        0,
      );
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1 }),
        fc.integer({ min: 33, max: 80 }),
        (names, most) => {
          const text = table(
            names.map((one) => ['gw_4k2m9q0c7x1v5t8b', one, 'applied']),
            shape,
            most,
          );
          for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(most);
          expect(text.split('\n')).toHaveLength(names.length + 2);
        },
      ),
    );
  });

  it('cannot be broken by what strangers call their things', () => {
    const evil = [['id', 'a\u001b[2Jb\nc\u009bd\u202ee', 'x']];
    expect(table(evil, shape, undefined)).toContain('a\ufffd[2Jb\ufffdc\ufffdd\ufffde  x');
    expect(record([['name', 'a\rb']])).toBe('name  a\ufffdb\n');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('a record', () => {
  it('gives a line to each value of a list', () => {
    expect(
      record([
        ['id', 'x'],
        ['routes', ['a', 'b']],
        ['dns', []],
      ]),
    ).toBe('id      x\nroutes  a\n        b\ndns     none\n');
  });
});

describe('small formats', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1_234_567_890, '1.2 GB'],
    [Number.MAX_SAFE_INTEGER, '9.0 PB'],
  ])('%d bytes are %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it('times are in UTC, to the minute', () => {
    expect(minute('2026-11-22T12:18:03.123Z')).toBe('2026-11-22 12:18Z');
  });

  it('sentences break between words', () => {
    expect(wrap('one two three', 7)).toBe('one two\nthree\n');
    expect(wrap('one two three', 9, '  ')).toBe('  one two\n  three\n');
    expect(wrap('unbreakable', 3)).toBe('unbreakable\n');
  });
});

// The demo's print: narrow, numbered, timed.

import { describe, expect, it } from 'vitest';
import { DemoPaper, formatMs, formatRate, wrap } from '../../lab/demo-paper.ts';

it('writes times as people say them', () => {
  expect([0.4, 12.3, 999, 999.6, 1234, 61_000].map(formatMs)).toEqual([
    '0 ms',
    '12 ms',
    '999 ms',
    '1.0 s',
    '1.2 s',
    '61.0 s',
  ]);
});

it('writes a rate in megabits per second', () => {
  expect(formatRate(100_000_000, 1000)).toBe('800 Mbit/s');
  expect(formatRate(0, 0)).toBe('0 Mbit/s');
});

it('wraps between words and leaves long words whole', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('a http://203.0.113.10:8787 b', 5)).toEqual(['a', 'http://203.0.113.10:8787', 'b']);
});

describe('a step', () => {
  it('prints its number, title and time in one narrow line, its notes below', async () => {
    const lines: string[] = [];
    const paper = new DemoPaper((line) => lines.push(line));
    const result = await paper.step('Network', async (note) => {
      note('nine machines, three NATs, and no way out of them whatever one tries');
      return 42;
    });
    expect(result).toBe(42);
    expect(lines[0]).toMatch(/^ 1 {2}Network \.+ \d+ ms$/);
    expect(lines.slice(1)).toEqual([
      '    nine machines, three NATs, and no way out',
      '    of them whatever one tries',
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(46);
  });

  it('that fails prints nothing but is known as the one at hand', async () => {
    const lines: string[] = [];
    const paper = new DemoPaper((line) => lines.push(line));
    const failing = paper.step('Gateway', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(paper.currentStep).toBe('Gateway');
    expect(lines).toEqual([]);
  });
});

// The arithmetic and the print of benches.

import { describe, expect, it } from 'vitest';
import { fastestQuarter, median, milliseconds, Sheet, whole } from '../../bench/figures.ts';

describe('a median', () => {
  it('is the value in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([7])).toBe(7);
  });

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('of nothing is an error, not a zero', () => {
    expect(() => median([])).toThrow('nothing was measured');
    expect(() => fastestQuarter([])).toThrow('nothing was measured');
  });
});

it('finds what the fastest quarter stays below', () => {
  expect(fastestQuarter([8, 7, 6, 5, 4, 3, 2, 1])).toBe(3);
  expect(fastestQuarter([3])).toBe(3);
});

it('writes small times with a digit behind the point and large ones without', () => {
  expect([0.26, 3.14, 9.96, 12.6, 1234.5].map(milliseconds)).toEqual([
    '0.3 ms',
    '3.1 ms',
    '10 ms',
    '13 ms',
    '1,235 ms',
  ]);
  expect(whole(1_234_567.8)).toBe('1,234,568');
});

describe('a sheet', () => {
  it('keeps every line within 100 columns and says which goals were missed', () => {
    const lines: string[] = [];
    const sheet = new Sheet((line) => lines.push(...line.split('\n')));
    sheet.title('a bench');
    sheet.figure('what it is', '12 ms', `note ${'x'.repeat(200)}`);
    sheet.text('y'.repeat(300));
    sheet.goal('fast', true);
    sheet.goal('small', false, 'by 2');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(sheet.missed).toEqual(['small']);
    expect(lines.at(-1)).toMatch(/^ {2}goal: small +MISSED {2}by 2$/);
  });
});

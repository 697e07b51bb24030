import { expect, test } from 'vitest';
import { createReportPace } from '../../src/api/report-pace.ts';
import { limits } from '../../src/model/limits.ts';

const now = 1_000_000;

test('reports wait for nothing as long as few documents are asked for', () => {
  const pace = createReportPace();
  expect([0, 1, 2, 3].map((second) => pace(now + 1000 * second))).toEqual([0, 0, 0, 0]);
});

test('of many at once each waits a little longer, none too long, and it is soon forgotten', () => {
  const pace = createReportPace();
  const most = limits.reportAfterMostMilliseconds;
  const times = Array.from({ length: 10_000 }, () => pace(now));
  expect(times.slice(0, 4)).toEqual([0, 4, 8, 12]);
  expect(times.toSorted((a, b) => a - b)).toEqual(times);
  expect(times.at(-1)).toBe(most);
  expect(pace(now + most)).toBe(4);
  expect(pace(now + 2 * most)).toBe(0);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateBuckets } from '../../src/operations/rate-buckets.ts';

function world(most = 100, seconds = 60) {
  const clock = { now: 1_800_000_000_000 };
  return { clock, buckets: new RateBuckets(seconds, most, () => clock.now) };
}

test.each([1, 7, 60, 3000])('lets exactly %i come at once, and counts down', (limit) => {
  const { buckets } = world();
  for (let left = limit - 1; left >= 0; left--)
    expect(buckets.take('a', limit)).toMatchObject({ allowed: true, remaining: left, limit });
  expect(buckets.take('a', limit)).toMatchObject({ allowed: false, remaining: 0 });
  expect(buckets.take('b', limit).allowed).toBe(true);
});

test('lets the next come when it said, and all after the whole time', () => {
  const { buckets, clock } = world();
  for (let i = 0; i < 6; i++) buckets.take('a', 6);
  expect(buckets.take('a', 6)).toMatchObject({ allowed: false, resetSeconds: 10 });
  clock.now += 9_999;
  expect(buckets.take('a', 6)).toMatchObject({ allowed: false, resetSeconds: 1 });
  clock.now += 1;
  expect(buckets.take('a', 6)).toMatchObject({ allowed: true, remaining: 0, resetSeconds: 60 });
  clock.now += 60_000;
  expect(buckets.take('a', 6)).toMatchObject({ allowed: true, remaining: 5, resetSeconds: 10 });
});

test('who keeps asking while refused does not wait longer for it', () => {
  const { buckets, clock } = world();
  for (let i = 0; i < 6; i++) buckets.take('a', 6);
  for (let i = 0; i < 1000; i++) expect(buckets.take('a', 6).allowed).toBe(false);
  clock.now += 10_000;
  expect(buckets.take('a', 6).allowed).toBe(true);
});

test('never lets more through than the limit and what time gave back', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), steps, (limit, pauses) => {
      const { buckets, clock } = world();
      const start = clock.now;
      let passed = 0;
      for (const pause of pauses) {
        clock.now += pause;
        if (buckets.take('a', limit).allowed) passed++;
        const given = ((clock.now - start) / 60_000) * limit;
        expect(passed).toBeLessThanOrEqual(Math.floor(limit + given + 1e-6));
      }
    }),
  );
});

test('tells who would be refused without counting', () => {
  const { buckets } = world();
  expect(buckets.refusal('a', 2)).toBeUndefined();
  buckets.take('a', 2);
  for (let i = 0; i < 10; i++) expect(buckets.refusal('a', 2)).toBeUndefined();
  buckets.take('a', 2);
  expect(buckets.refusal('a', 2)).toMatchObject({ allowed: false, resetSeconds: 30 });
  expect(buckets.refusal('b', 2)).toBeUndefined();
});

test('a bucket that was emptied fills as usual', () => {
  const { buckets, clock } = world();
  buckets.empty('a');
  expect(buckets.take('a', 6)).toMatchObject({ allowed: false, resetSeconds: 10 });
  clock.now += 10_000;
  expect(buckets.take('a', 6).allowed).toBe(true);
});

test('remembers no more keys than it may, and forgets who asked longest ago', () => {
  const { buckets } = world(10);
  const spend = (key: string) => buckets.take(key, 1).allowed;
  for (let i = 0; i < 5; i++) spend(`k${i}`);
  expect(spend('k0')).toBe(false);
  for (let i = 0; i < 10_000; i++) {
    spend(`other${i}`);
    // Who keeps asking is remembered, however many others come.
    if (i % 4 === 0) expect(spend('busy')).toBe(i === 0);
  }
  expect(buckets.size).toBeLessThanOrEqual(10);
  // Nobody is kept out by it: who was forgotten begins anew.
  expect(spend('k0')).toBe(true);
});

test('forgets who is idle by itself', () => {
  const { buckets, clock } = world(1000);
  for (let i = 0; i < 400; i++) buckets.take(`k${i}`, 5);
  for (let minute = 0; minute < 2; minute++) {
    clock.now += 60_000;
    buckets.take('busy', 1000);
  }
  expect(buckets.size).toBe(2);
});

test('a clock that is set back locks nobody out for longer than a window', () => {
  const { buckets, clock } = world();
  for (let i = 0; i < 6; i++) buckets.take('a', 6);
  clock.now -= 3 * 3_600_000;
  expect(buckets.take('a', 6)).toMatchObject({ allowed: false, resetSeconds: 10 });
  clock.now += 10_000;
  expect(buckets.take('a', 6).allowed).toBe(true);
});

test('a question costs the same with 50,000 keys as with ten', () => {
  const timeOf = (keys: number): number => {
    const { buckets } = world(50_000);
    for (let i = 0; i < keys; i++) buckets.take(`k${i}`, 5);
    const started = process.cpuUsage();
    for (let i = 0; i < 20_000; i++) buckets.take(`k${i % keys}`, 1_000_000);
    return process.cpuUsage(started).user;
  };
  timeOf(10);
  expect(timeOf(50_000)).toBeLessThan(10 * timeOf(10));
});

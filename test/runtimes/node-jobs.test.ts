import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startLooks, startTicker } from '../../src/runtimes/node-jobs.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const silent = { info: () => undefined, error: () => undefined };

test('ticks at intervals that differ by a fifth at most', async () => {
  const times: number[] = [];
  const round = async () => void times.push(Date.now());
  const started = Date.now();
  const ticker = startTicker(round, 1000, silent);
  await vi.advanceTimersByTimeAsync(60_000);
  await ticker.stop();
  const pauses = times.map((time, index) => time - (times[index - 1] ?? started));
  expect(pauses.length).toBeGreaterThanOrEqual(50);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(800);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1201);
  expect(new Set(pauses).size).toBeGreaterThan(1);
});

test('never runs two rounds at once', async () => {
  let running = 0;
  let most = 0;
  let rounds = 0;
  const slow = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    running--;
    rounds++;
  };
  const ticker = startTicker(slow, 1000, silent);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(most).toBe(1);
  expect(rounds).toBeGreaterThan(5);
  const stopped = ticker.stop();
  await vi.advanceTimersByTimeAsync(5000);
  await stopped;
});

test('goes on after a round that failed, and logs it', async () => {
  const errors: unknown[] = [];
  const log = {
    ...silent,
    error: (fields: object, message: string) => void errors.push([fields, message]),
  };
  const fault = new Error('the directory is away');
  const round = vi.fn(async () => Promise.reject(fault));
  const ticker = startTicker(round, 1000, log);
  await vi.advanceTimersByTimeAsync(2500);
  await ticker.stop();
  expect(round.mock.calls.length).toBeGreaterThanOrEqual(2);
  expect(errors[0]).toEqual([{ err: fault }, 'jobs.tick_failed']);
});

test('stopping waits for the round that runs and lets no other begin', async () => {
  let ended = 0;
  const round = async () => {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    ended++;
  };
  const ticker = startTicker(round, 1000, silent);
  await vi.advanceTimersByTimeAsync(1500);
  let stopped = false;
  const stopping = ticker.stop().then(() => {
    stopped = true;
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(stopped).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  await stopping;
  expect(ended).toBe(1);
});

describe('looks', () => {
  /** Looks that go on until they are told to end. */
  function held() {
    const begun: (string | undefined)[] = [];
    const ends = new Map<string | undefined, () => void>();
    const look = (place: string | undefined) => {
      begun.push(place);
      return new Promise<void>((resolve) => ends.set(place, resolve));
    };
    const end = async (place: string | undefined) => {
      ends.get(place)?.();
      await vi.advanceTimersByTimeAsync(0);
    };
    return { begun, look, end };
  }

  test('begin at once, not twice at once in a place, and again after it', async () => {
    const { begun, look, end } = held();
    const looks = startLooks(look, 2, silent);
    for (let n = 0; n < 3; n++) looks.hurry('a');
    expect(begun).toEqual(['a']);
    await end('a');
    expect(begun).toEqual(['a', 'a']);
    await end('a');
    expect(begun).toEqual(['a', 'a']);
  });

  test('are bounded, but the directory waits for no tenant', async () => {
    const { begun, look, end } = held();
    const looks = startLooks(look, 2, silent);
    for (const place of ['a', 'b', 'c', undefined]) looks.hurry(place);
    expect(begun).toEqual(['a', 'b', undefined]);
    await end('a');
    expect(begun).toEqual(['a', 'b', undefined]);
    await end(undefined);
    expect(begun).toEqual(['a', 'b', undefined, 'c']);
  });

  test('that fail are logged, and others go on', async () => {
    const errors: unknown[] = [];
    const log = { ...silent, error: (fields: object) => void errors.push(fields) };
    const fault = new Error('away');
    const look = vi.fn(async () => Promise.reject(fault));
    const looks = startLooks(look, 1, log);
    looks.hurry('a');
    looks.hurry('b');
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toEqual([
      { tenantId: 'a', err: fault },
      { tenantId: 'b', err: fault },
    ]);
  });

  test('begin no more once they are stopped, which waits for those under way', async () => {
    const { begun, look, end } = held();
    const looks = startLooks(look, 1, silent);
    looks.hurry('a');
    looks.hurry('b');
    let stopped = false;
    const stopping = looks.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).toBe(false);
    await end('a');
    await stopping;
    expect(begun).toEqual(['a']);
  });
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTicker } from '../../src/runtimes/node-jobs.ts';

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

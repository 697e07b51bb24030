// The clock of the jobs on Node: an interval with jitter, so that processes that started together
// do not tick together. What an operation of this process enqueues does not wait for it.

import type { Outside, Runner } from '../jobs/deps.ts';
import { runDirectoryJobs } from '../jobs/directory.ts';
import { handlers } from '../jobs/handlers.ts';
import { runTenantJobs } from '../jobs/tenant.ts';
import { sweep, tick } from '../jobs/tick.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import type { Services } from '../operations/services.ts';

export interface Ticker {
  /** Begins nothing new; resolves when what ran has ended. */
  stop(): Promise<void>;
}

/** A tenant's id, or undefined for the directory's own queue. */
type Place = string | undefined;

export interface Looks {
  /** Looks there now or after a while, and not before the look that is under way has ended. */
  hurry(place: Place, afterMilliseconds?: number): void;
  /** Begins nothing new; resolves when what ran has ended. */
  stop(): Promise<void>;
}

/**
 * Calls `round` again and again, never twice at once. A round that fails is logged.
 * @param every milliseconds between the end of a round and the next, give or take a fifth
 */
export function startTicker(round: () => Promise<void>, every: number, log: Log): Ticker {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    const pause = every * (0.8 + 0.4 * Math.random());
    if (!stopped) timer = setTimeout(begin, pause);
  };
  const begin = (): void => {
    running = round()
      .catch((error: unknown) => log.error({ err: error }, 'jobs.tick_failed'))
      .then(wait);
  };
  wait();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}

/**
 * Looks where it is told to, `most` tenants at once and none of them twice at once. The directory
 * never waits for tenants: whoever signs in waits for their mail.
 */
export function startLooks(look: (place: Place) => Promise<void>, most: number, log: Log): Looks {
  const waiting = new Set<Place>();
  const running = new Map<Place, Promise<void>>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let stopped = false;
  const begin = (place: Place): void => {
    waiting.delete(place);
    const run = look(place)
      .catch((error: unknown) => log.error({ tenantId: place, err: error }, 'jobs.unreachable'))
      .then(() => {
        running.delete(place);
        beginAll();
      });
    running.set(place, run);
  };
  const beginAll = (): void => {
    for (const place of waiting) {
      const isFull = place !== undefined && running.size >= most;
      if (!stopped && !isFull && !running.has(place)) begin(place);
    }
  };
  const add = (place: Place): void => {
    waiting.add(place);
    beginAll();
  };
  return {
    hurry(place, afterMilliseconds = 0) {
      // It is a hint: the clock comes anyway.
      if (stopped || waiting.size + timers.size >= limits.jobLooksWaiting) return;
      if (afterMilliseconds === 0) return add(place);
      const timer = setTimeout(() => {
        timers.delete(timer);
        add(place);
      }, afterMilliseconds);
      timers.add(timer);
    },
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}

/** Runs the jobs of the directory and of all tenants in this process until it is stopped. */
export function startJobs(services: Services, outside: Outside, log: Log): Looks {
  const stopping = new AbortController();
  const runner: Runner = { services, outside, handlers, log, limits, stopping: stopping.signal };
  const sweeps = startTicker(() => sweep(runner), limits.sweepEveryMilliseconds, log);
  const ticks = startTicker(() => tick(runner), limits.tickEveryMilliseconds, log);
  const look = (place: Place) =>
    place === undefined ? runDirectoryJobs(runner) : runTenantJobs(runner, place);
  const looks = startLooks(look, limits.jobLooksAtOnce, log);
  return {
    hurry: looks.hurry,
    async stop() {
      stopping.abort();
      await Promise.all([sweeps.stop(), ticks.stop(), looks.stop()]);
    },
  };
}

// The clock of the jobs on Node: an interval with jitter, so that processes that started together
// do not tick together.

import type { Runner } from '../jobs/deps.ts';
import { handlers } from '../jobs/handlers.ts';
import { sweep, tick } from '../jobs/tick.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import type { Services } from '../operations/services.ts';

export interface Ticker {
  /** Begins the next round at once, or right after the one that runs. */
  hurry(): void;
  /** Begins nothing new; resolves when what ran has ended. */
  stop(): Promise<void>;
}

/**
 * Calls `round` again and again, never twice at once. A round that fails is logged.
 * @param every milliseconds between the end of a round and the next, give or take a fifth
 */
export function startTicker(round: () => Promise<void>, every: number, log: Log): Ticker {
  let stopped = false;
  let hurried = false;
  let busy = false;
  let running: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    busy = false;
    const pause = hurried ? 0 : every * (0.8 + 0.4 * Math.random());
    if (!stopped) timer = setTimeout(begin, pause);
  };
  const begin = (): void => {
    busy = true;
    hurried = false;
    running = round()
      .catch((error: unknown) => log.error({ err: error }, 'jobs.tick_failed'))
      .then(wait);
  };
  wait();
  return {
    hurry() {
      hurried = true;
      if (busy || stopped) return;
      clearTimeout(timer);
      timer = setTimeout(begin, 0);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}

/** Runs the jobs of all tenants in this process until it is stopped. */
export function startJobs(services: Services, log: Log): Ticker {
  const stopping = new AbortController();
  const runner: Runner = { services, handlers, log, limits, stopping: stopping.signal };
  const sweeps = startTicker(() => sweep(runner), limits.sweepEveryMilliseconds, log);
  const ticks = startTicker(() => tick(runner), limits.tickEveryMilliseconds, log);
  return {
    hurry: () => ticks.hurry(),
    async stop() {
      stopping.abort();
      await Promise.all([sweeps.stop(), ticks.stop()]);
    },
  };
}

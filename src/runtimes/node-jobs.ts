// The clock of the jobs on Node: an interval with jitter, so that processes that started together
// do not tick together.

import type { Runner } from '../jobs/deps.ts';
import { handlers } from '../jobs/handlers.ts';
import { sweep, tick } from '../jobs/tick.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import type { Services } from '../operations/services.ts';

export interface Ticker {
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
    if (!stopped) timer = setTimeout(begin, every * (0.8 + 0.4 * Math.random()));
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

/** Runs the jobs of all tenants in this process until it is stopped. */
export function startJobs(services: Services, log: Log): Ticker {
  const stopping = new AbortController();
  const runner: Runner = { services, handlers, log, limits, stopping: stopping.signal };
  const tickers = [
    startTicker(() => sweep(runner), limits.sweepEveryMilliseconds, log),
    startTicker(() => tick(runner), limits.tickEveryMilliseconds, log),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(tickers.map((ticker) => ticker.stop()));
    },
  };
}

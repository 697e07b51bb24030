// Knows each gateway's newest revision, so that an idle watch touches no database. It carries
// revision numbers, never state: what it forgets or loses costs delay, nothing else.

import { SallyportError } from '../model/errors.ts';

export interface Hub {
  /** The newest revision of a gateway's document, if the hub knows it. */
  newest(gatewayId: string): number | undefined;
  /** Says that a gateway's document has reached a revision, and wakes who waits for it. */
  publish(gatewayId: string, revision: number): void;
  /** Forgets a gateway and sends its waiters away. */
  forget(gatewayId: string): void;
  /**
   * Waits until the gateway's revision is above `since`.
   * @returns false when the time is over, the signal aborts or the gateway is forgotten
   * @throws SallyportError `busy` when too many wait already
   */
  wait(
    gatewayId: string,
    since: number,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<boolean>;
}

interface Entry {
  revision: number;
  waiters: Set<(woken: boolean) => void>;
}

/** The hub of one process. */
export function createHub(mostWaiters: number): Hub {
  const entries = new Map<string, Entry>();
  let waiting = 0;

  function wake(entry: Entry, woken: boolean): void {
    const waiters = [...entry.waiters];
    entry.waiters.clear();
    for (const waiter of waiters) waiter(woken);
  }

  function enqueue(entry: Entry, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      waiting++;
      const finish = (woken: boolean): void => {
        waiting--;
        clearTimeout(timer);
        entry.waiters.delete(finish);
        signal.removeEventListener('abort', leave);
        resolve(woken);
      };
      const leave = (): void => finish(false);
      const timer = setTimeout(leave, milliseconds);
      signal.addEventListener('abort', leave);
      entry.waiters.add(finish);
    });
  }

  return {
    newest: (gatewayId) => entries.get(gatewayId)?.revision,
    publish(gatewayId, revision) {
      const entry = entries.get(gatewayId);
      if (!entry) entries.set(gatewayId, { revision, waiters: new Set() });
      else if (revision > entry.revision) {
        entry.revision = revision;
        wake(entry, true);
      }
    },
    forget(gatewayId) {
      const entry = entries.get(gatewayId);
      entries.delete(gatewayId);
      if (entry) wake(entry, false);
    },
    async wait(gatewayId, since, milliseconds, signal) {
      const entry = entries.get(gatewayId);
      if (!entry || signal.aborted) return false;
      if (entry.revision > since) return true;
      if (milliseconds <= 0) return false;
      if (waiting >= mostWaiters)
        throw new SallyportError('busy', 'Too many agents are waiting.', {
          wayOut: 'Poll without waiting, or try again in a moment.',
        });
      return enqueue(entry, milliseconds, signal);
    },
  };
}

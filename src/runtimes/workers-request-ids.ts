// At the edge, lines are logged where nobody knows of requests: by the hub's calls, by the limits.
// They get the id of the request that they were logged for.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../model/log.ts';

const current = new AsyncLocalStorage<string>();

export function withinRequest<T>(requestId: string, work: () => Promise<T>): Promise<T> {
  return current.run(requestId, work);
}

/** A log whose lines name the request in which they are written, if there is one. */
export function namingRequests(log: Log): Log {
  const named = (fields: object): object => {
    const requestId = current.getStore();
    return requestId === undefined ? fields : { requestId, ...fields };
  };
  return {
    info: (fields, message) => log.info(named(fields), message),
    error: (fields, message) => log.error(named(fields), message),
  };
}

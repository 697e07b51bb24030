// Questions that wait. The application never does: it answers at once that there is nothing new,
// and notes on its answer what would be news. Whoever runs it waits for that, then asks once more:
// so a question that is held open need not hold more than its connection.

import type { GatewayName, Hub } from '../operations/hub.ts';
import { problemResponse, toSallyportError } from './problem.ts';

/** For a revision of the gateway above `since`. */
export interface Wait extends GatewayName {
  since: number;
  /** Of the VM that asks. */
  identityKey: string;
  milliseconds: number;
  /** Where the question came from, for the log. */
  address: string | undefined;
}

const waits = new WeakMap<Response, Wait>();

/** Notes on an answer that its question may wait for a better one. */
export function mayWait(answer: Response, wait: Wait): Response {
  waits.set(answer, wait);
  return answer;
}

/** What the question may wait for, if anything. */
export function waitOf(answer: Response): Wait | undefined {
  return waits.get(answer);
}

type Ask = (request: Request) => Response | Promise<Response>;

/** Asks, waits where that may be, and asks again. */
export function waiting(ask: Ask, hub: Hub): (request: Request) => Promise<Response> {
  return async (request) => {
    const answer = await ask(request);
    const wait = waitOf(answer);
    if (!wait) return answer;
    try {
      const woken = await hub.wait(wait, wait.since, wait.milliseconds);
      return woken ? await ask(request) : answer;
    } catch (error) {
      return problemResponse(toSallyportError(error), answer.headers.get('x-request-id') ?? '');
    }
  };
}

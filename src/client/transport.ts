// One call over HTTP: its headers, its time limit, and when it is sent again.

import { limits } from './limits.ts';
import { ApiProblem, problemIn, retryAfterOf, UnexpectedAnswer, Unreachable } from './problem.ts';

export interface ClientOptions {
  /** Of the control plane, such as `https://vpn.example.com`. */
  url: string;
  /** Sent as `Authorization: Bearer`. */
  token?: string | undefined;
  /** In place of the platform's own, such as one that sends cookies. */
  fetch?: typeof fetch | undefined;
  /** How often a call that may be repeated is sent at most. */
  attempts?: number | undefined;
  timeoutMilliseconds?: number | undefined;
}

/** What every call may have. */
export interface CallOptions {
  /** Ends the call, which then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** In place of the client's own: of the whole call, repetitions included. */
  timeoutMilliseconds?: number | undefined;
}

/** What some calls may have besides. */
export interface Conditions {
  /** Sent as `Idempotency-Key`: the same key never does the same thing twice. */
  idempotencyKey?: string | undefined;
  /** Sent as `If-Match`: only if the thing is still as its `etag` says. */
  ifMatch?: string | undefined;
}

export interface RawRequest extends CallOptions, Conditions {
  method: string;
  /** Below the control plane's address, with a leading slash and the query. */
  path: string;
  body?: unknown;
}

/** A success as it was sent. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** What differs between a program and a test of time. */
export interface Clock {
  now(): number;
  /** Between 0 and 1. */
  random(): number;
  /** Rejects with the signal's reason. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  now: Date.now,
  random: Math.random,
  pause: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, milliseconds);
      signal.addEventListener('abort', stop, { once: true });
    }),
};

function headersOf(token: string | undefined, request: RawRequest): Headers {
  const headers = new Headers({ accept: 'application/json, application/problem+json, */*;q=0.5' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (request.body !== undefined) headers.set('content-type', 'application/json');
  if (request.idempotencyKey !== undefined) headers.set('idempotency-key', request.idempotencyKey);
  if (request.ifMatch !== undefined) headers.set('if-match', request.ifMatch);
  return headers;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Milliseconds before the next attempt: what the answer asks for or longer each time, spread. */
function pauseFor(problem: ApiProblem, attempt: number, clock: Clock): number {
  const growing = limits.pauseLeastMilliseconds * 2 ** (attempt - 1);
  const least = Math.max((problem.retryAfter ?? 0) * 1000, growing);
  return Math.min(least * (1 + clock.random() / 2), limits.pauseMostMilliseconds);
}

const passing = [429, 503];

function isRepeatable({ method, idempotencyKey }: RawRequest): boolean {
  return method === 'GET' || idempotencyKey !== undefined;
}

export class Transport {
  readonly #options: ClientOptions;
  readonly #clock: Clock;
  readonly #url: string;

  constructor(options: ClientOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#url = options.url.replace(/\/+$/, '');
  }

  async #once(request: RawRequest, signal: AbortSignal): Promise<RawAnswer> {
    const { token, fetch: send = fetch } = this.#options;
    let response: Response;
    let text: string;
    try {
      response = await send(this.#url + request.path, {
        method: request.method,
        headers: headersOf(token, request),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        redirect: 'manual',
        signal,
      });
      text = await response.text();
    } catch (error) {
      request.signal?.throwIfAborted();
      throw new Unreachable(this.#url, error);
    }
    const { ok, status, headers } = response;
    if (ok) return { status, headers, text };
    const problem = problemIn(parseJson(text));
    if (!problem) throw new UnexpectedAnswer(response, this.#url);
    throw new ApiProblem(status, problem, retryAfterOf(headers, this.#clock.now()));
  }

  /**
   * Sends a request; a GET, or one with a key of idempotency, is sent again while the control
   * plane is too busy for it.
   * @throws ApiProblem, UnexpectedAnswer, Unreachable, or the reason of the caller's signal
   */
  async send(request: RawRequest): Promise<RawAnswer> {
    const { attempts = limits.attempts } = this.#options;
    const milliseconds =
      request.timeoutMilliseconds ?? this.#options.timeoutMilliseconds ?? limits.callMilliseconds;
    const deadline = this.#clock.now() + milliseconds;
    const timeout = AbortSignal.timeout(milliseconds);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(request, signal);
      } catch (error) {
        const isPassing = error instanceof ApiProblem && passing.includes(error.status);
        if (!isPassing || !isRepeatable(request) || attempt >= attempts) throw error;
        const pause = pauseFor(error, attempt, this.#clock);
        // Better to say what is wrong now than that the time was up later.
        if (this.#clock.now() + pause >= deadline) throw error;
        await this.#clock.pause(pause, signal);
      }
    }
  }
}

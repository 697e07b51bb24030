// A moment to come, by a clock that may be set meanwhile, and chance in how far off it is.

import type { Host } from './host.ts';

export class Alarm {
  readonly #host: Host;
  #at = 0;
  #span = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Milliseconds until it is due: 0 from then on, and as long as it was never set. */
  left(): number {
    const left = this.#at - this.#host.now();
    // Further off than it was at the outset: the clock was set back, nobody knows how far.
    return left > this.#span ? 0 : Math.max(0, left);
  }

  set(milliseconds: number): void {
    const now = this.#host.now();
    this.#at = now + milliseconds;
    // Not the argument: the sum may have been rounded.
    this.#span = this.#at - now;
  }

  /** Like `set`, if that is sooner than it would be. */
  advance(milliseconds: number): void {
    if (this.left() > milliseconds) this.set(milliseconds);
  }
}

/** Milliseconds to wait after so many failures, doubling, with chance in it: at most `most`. */
export function backoff(host: Host, failures: number, first: number, most: number): number {
  const [random = 0] = host.random(1);
  return Math.min(most, first * 2 ** Math.min(failures - 1, 16)) * (0.5 + random / 510);
}

/** Up to a fifth more or less, so that many agents do not do it at the same time. */
export function about(host: Host, milliseconds: number): number {
  const [random = 0] = host.random(1);
  return milliseconds * (0.8 + (0.4 * random) / 255);
}

/** Up to half as long again, so that those who were sent away together come back one by one. */
export function later(host: Host, milliseconds: number): number {
  const [random = 0] = host.random(1);
  return milliseconds * (1 + (0.5 * random) / 255);
}

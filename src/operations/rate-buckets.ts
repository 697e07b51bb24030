// Counts requests by the generic cell rate algorithm: of each key it remembers one number, the time
// when its bucket will be full again. Exact, no timers, and each question costs the same.

import type { RateVerdict } from '../model/rate-policy.ts';

export type BucketVerdict = Omit<RateVerdict, 'policy'>;

/** A millisecond's thousandth, which rounding may cost. */
const tolerance = 1e-3;

/** Buckets of one policy. */
export class RateBuckets {
  readonly #seconds: number;
  readonly #most: number;
  readonly #now: () => number;
  /** When the bucket of a key will be full. The last in the map is the one that was asked last. */
  readonly #fullAt = new Map<string, number>();

  /** @param most keys remembered; the one that was asked about longest ago is forgotten */
  constructor(seconds: number, most: number, now: () => number) {
    this.#seconds = seconds;
    this.#most = most;
    this.#now = now;
  }

  get size(): number {
    return this.#fullAt.size;
  }

  take(key: string, limit: number): BucketVerdict {
    const verdict = this.#look(key, limit);
    if (verdict.allowed) this.#keep(key, this.#fullFrom(key) + this.#pause(limit));
    else this.#keep(key, this.#fullFrom(key));
    return verdict;
  }

  /** The verdict if a request would be refused now; counts nothing. */
  refusal(key: string, limit: number): BucketVerdict | undefined {
    if (!this.#fullAt.has(key)) return undefined;
    const verdict = this.#look(key, limit);
    return verdict.allowed ? undefined : verdict;
  }

  /** Empties the bucket of a key: somebody else has counted more than we have. */
  empty(key: string): void {
    this.#keep(key, this.#now() + this.#seconds * 1000);
  }

  #pause(limit: number): number {
    return (this.#seconds * 1000) / limit;
  }

  /** From when on the bucket is full. A clock that was set back must not lock anybody out. */
  #fullFrom(key: string): number {
    const now = this.#now();
    const fullAt = this.#fullAt.get(key) ?? now;
    return Math.min(Math.max(fullAt, now), now + this.#seconds * 1000);
  }

  #look(key: string, limit: number): BucketVerdict {
    const pause = this.#pause(limit);
    const missing = this.#fullFrom(key) - this.#now() + pause;
    const room = this.#seconds * 1000 - missing;
    const allowed = room > -tolerance;
    return {
      allowed,
      limit,
      seconds: this.#seconds,
      remaining: allowed ? Math.floor((room + tolerance) / pause) : 0,
      resetSeconds: Math.ceil((allowed ? missing : -room) / 1000),
    };
  }

  #keep(key: string, fullAt: number): void {
    this.#fullAt.delete(key);
    this.#fullAt.set(key, fullAt);
    this.#forgetIdle();
  }

  /** A full bucket need not be remembered. At most two go for each that comes. */
  #forgetIdle(): void {
    const now = this.#now();
    let looked = 0;
    for (const [key, fullAt] of this.#fullAt) {
      if (++looked > 2 || (fullAt > now && this.#fullAt.size <= this.#most)) return;
      this.#fullAt.delete(key);
    }
  }
}

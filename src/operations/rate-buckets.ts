// Counts requests by the generic cell rate algorithm: of each key it remembers one number, the time
// when its bucket will be full again. Exact, no timers, and each question costs the same.
//
// Keys live in two maps: those asked about since the last turn, and those of the time before. After
// a window without a question a bucket is full, so the older map can be dropped as a whole. One map
// in order of use would not do: finding its oldest key costs a walk over all that were deleted.

import type { RateVerdict } from '../model/rate-policy.ts';

export type BucketVerdict = Omit<RateVerdict, 'policy'>;

/** A millisecond's thousandth, which rounding may cost. */
const tolerance = 1e-3;

/** Buckets of one policy. */
export class RateBuckets {
  readonly #seconds: number;
  readonly #most: number;
  readonly #now: () => number;
  /** When the bucket of a key will be full. */
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #turnedAt: number;

  /** @param most keys remembered; those that were asked about longest ago are forgotten */
  constructor(seconds: number, most: number, now: () => number) {
    this.#seconds = seconds;
    this.#most = most;
    this.#now = now;
    this.#turnedAt = now();
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  take(key: string, limit: number): BucketVerdict {
    const verdict = this.#look(key, limit);
    if (verdict.allowed) this.#keep(key, this.#fullFrom(key) + this.#pause(limit));
    else this.#keep(key, this.#fullFrom(key));
    return verdict;
  }

  /** The verdict if a request would be refused now; counts nothing. */
  refusal(key: string, limit: number): BucketVerdict | undefined {
    if (this.#fullAt(key) === undefined) return undefined;
    const verdict = this.#look(key, limit);
    return verdict.allowed ? undefined : verdict;
  }

  /** Empties the bucket of a key: somebody else has counted more than we have. */
  empty(key: string): void {
    this.#keep(key, this.#now() + this.#seconds * 1000);
  }

  #fullAt(key: string): number | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  #pause(limit: number): number {
    return (this.#seconds * 1000) / limit;
  }

  /** From when on the bucket is full. A clock that was set back must not lock anybody out. */
  #fullFrom(key: string): number {
    const now = this.#now();
    const fullAt = this.#fullAt(key) ?? now;
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
    const now = this.#now();
    const isOver = Math.abs(now - this.#turnedAt) >= this.#seconds * 1000;
    if (isOver || this.#young.size >= this.#most / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#turnedAt = now;
    }
    this.#young.set(key, fullAt);
  }
}

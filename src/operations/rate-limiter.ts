// Counting requests against their policies.

import { limits } from '../model/limits.ts';
import {
  type RateLimits,
  type RatePolicyName,
  type RateVerdict,
  ratePolicies,
  ratePolicyNames,
} from '../model/rate-policy.ts';
import { RateBuckets } from './rate-buckets.ts';

export interface RateLimiter {
  /**
   * Counts a request.
   * @param limit requests per minute for this key, where the policy's are not meant
   */
  take(policy: RatePolicyName, key: string, limit?: number): Promise<RateVerdict>;
  /** The refusal that a request would meet, as far as is known here; counts nothing. */
  refusal(policy: RatePolicyName, key: string): RateVerdict | undefined;
}

/** Counts in this process's memory, exactly. */
export class MemoryRates implements RateLimiter {
  readonly #limits: RateLimits;
  readonly #buckets: Record<RatePolicyName, RateBuckets>;

  /** @param changed requests per minute that differ from the policies */
  constructor(changed: RateLimits, now: () => number) {
    this.#limits = changed;
    const { rateKeysPerPolicy } = limits;
    const bucketsOf = (name: RatePolicyName): RateBuckets =>
      new RateBuckets(ratePolicies[name].seconds, rateKeysPerPolicy, now);
    this.#buckets = Object.fromEntries(
      ratePolicyNames.map((name) => [name, bucketsOf(name)]),
    ) as Record<RatePolicyName, RateBuckets>;
  }

  #limitOf(policy: RatePolicyName): number {
    return this.#limits[policy] ?? ratePolicies[policy].limit;
  }

  async take(policy: RatePolicyName, key: string, limit?: number): Promise<RateVerdict> {
    const verdict = this.#buckets[policy].take(key, limit ?? this.#limitOf(policy));
    return { policy, ...verdict };
  }

  refusal(policy: RatePolicyName, key: string): RateVerdict | undefined {
    const verdict = this.#buckets[policy].refusal(key, this.#limitOf(policy));
    return verdict && { policy, ...verdict };
  }

  /** To be told that the key has asked too often elsewhere. */
  exhaust(policy: RatePolicyName, key: string): void {
    this.#buckets[policy].empty(key);
  }
}

/** No limits: for benches, and behind a proxy that has its own. */
export const noRates: RateLimiter = {
  async take(policy) {
    const { seconds } = ratePolicies[policy];
    const allowed = { allowed: true, remaining: undefined, resetSeconds: 0 };
    return { policy, limit: Number.POSITIVE_INFINITY, seconds, ...allowed };
  },
  refusal: () => undefined,
};

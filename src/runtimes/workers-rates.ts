// Rate limits at the edge: the platform's bindings count for all isolates of a location, and answer
// yes or no. Beside them each isolate counts for itself: that says when to come again, and holds
// limits that no binding knows.

import { z } from 'zod';
import { type RateLimits, type RatePolicyName, ratePolicies } from '../model/rate-policy.ts';
import { MemoryRates, type RateLimiter } from '../operations/rate-limiter.ts';

/** A rate limit binding of the platform. */
export interface RateBinding {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

const binding = z.custom<RateBinding>(
  (value) => typeof value === 'object' && value !== null && 'limit' in value,
  'must be bound as a rate limit ([[ratelimits]]) in wrangler.toml',
);

/** By the names of wrangler.toml. */
export const rateBindingsSchema = z.object({
  RATE_ANONYMOUS: binding,
  RATE_CREDENTIAL: binding,
  RATE_SIGN_IN: binding,
  RATE_ACCOUNT: binding,
  RATE_TENANT_API: binding,
  RATE_AGENT: binding,
});
export type RateBindings = z.infer<typeof rateBindingsSchema>;
export const rateBindingNames = rateBindingsSchema.keyof().options;

const nameOf: Readonly<Record<RatePolicyName, keyof RateBindings>> = {
  anonymous: 'RATE_ANONYMOUS',
  credential: 'RATE_CREDENTIAL',
  signIn: 'RATE_SIGN_IN',
  account: 'RATE_ACCOUNT',
  tenantApi: 'RATE_TENANT_API',
  agent: 'RATE_AGENT',
};

/**
 * @param changed requests per minute that are lower than the policies'
 * @param warn says in the log that the platform did not count
 */
export function createEdgeRates(
  bindings: RateBindings,
  changed: RateLimits,
  now: () => number,
  warn: (error: unknown) => void,
): RateLimiter {
  const own = new MemoryRates(changed, now);
  let turn = 0;

  /** A key with a higher limit than the binding's is spread over several keys of it, in turns. */
  function spread(policy: RatePolicyName, key: string, limit: number): string {
    const shares = Math.ceil(limit / ratePolicies[policy].limit);
    return shares <= 1 ? key : `${key} ${turn++ % shares}`;
  }

  async function counted(policy: RatePolicyName, key: string): Promise<boolean> {
    try {
      return (await bindings[nameOf[policy]].limit({ key })).success;
    } catch (error) {
      // Who cannot be counted is let in: our own count still holds.
      warn(error);
      return true;
    }
  }

  return {
    async take(policy, key, limit) {
      const verdict = await own.take(policy, key, limit);
      if (!verdict.allowed) return verdict;
      // How many are left, nobody knows: other isolates count too.
      if (await counted(policy, spread(policy, key, verdict.limit)))
        return { ...verdict, remaining: undefined };
      own.exhaust(policy, key);
      return { ...verdict, allowed: false, remaining: 0, resetSeconds: verdict.seconds };
    },
    refusal: (policy, key) => own.refusal(policy, key),
  };
}

// Limits on requests: who asks too often is refused before anything is done for them.

import { SallyportError } from '../model/errors.ts';
import { type RatePolicyName, type RateVerdict, ratePolicies } from '../model/rate-policy.ts';
import type { Caller, Services, Standing } from './services.ts';

/** Who asks too often. */
export class RateLimited extends SallyportError {
  readonly verdict: RateVerdict;

  constructor(verdict: RateVerdict) {
    const { limit, policy, resetSeconds, seconds } = verdict;
    const { counted } = ratePolicies[policy];
    super('rate_limited', `There were too many ${counted}: ${limit} in ${seconds} s may be.`, {
      wayOut: `Wait ${resetSeconds} s, as the Retry-After header says, then ask less often.`,
    });
    this.verdict = verdict;
  }
}

/** What the refused is told, after it was counted. */
export function refused({ metrics }: Services, verdict: RateVerdict): RateLimited {
  metrics.rateRefusals.add(verdict.policy);
  return new RateLimited(verdict);
}

/**
 * Counts a request against a policy.
 * @throws RateLimited when there were too many
 */
export async function spend(
  services: Services,
  policy: RatePolicyName,
  key: string,
  limit?: number,
): Promise<RateVerdict> {
  const verdict = await services.rates.take(policy, key, limit);
  if (!verdict.allowed) throw refused(services, verdict);
  return verdict;
}

/** Counts a request against the quota of a tenant that let its caller in. */
export async function spendOfTenant(
  { services, noteRate }: Caller,
  tenantId: string,
  { apiRequestsPerMinute }: Standing,
): Promise<void> {
  const verdict = await spend(services, 'tenantApi', tenantId, apiRequestsPerMinute);
  noteRate?.(verdict);
}

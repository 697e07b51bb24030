// Who may ask how often, once it is known who asks and for what; what is asked in a tenant counts
// when the tenant lets the caller in.

import { clientOf } from '../model/client-address.ts';
import { isAnonymous, isOfAccount, type Operation } from '../model/permissions.ts';
import { spend } from '../operations/rate-limit.ts';
import type { Caller } from '../operations/services.ts';
import type { RequestContext } from './environment.ts';

/** @throws RateLimited */
export async function admit(caller: Caller, operation: Operation): Promise<void> {
  const { services, principal, origin } = caller;
  if (principal.kind === 'agent') await spend(services, 'agent', principal.gatewayId);
  else if (principal.kind === 'anonymous' || isAnonymous(operation))
    await spend(services, 'anonymous', clientOf(origin.address));
  else if (principal.kind === 'session' && isOfAccount(operation))
    await spend(services, 'account', principal.accountId);
}

/** For pages and other routes without a credential: a middleware. */
export async function limitAnonymous(c: RequestContext, next: () => Promise<void>): Promise<void> {
  await spend(c.get('services'), 'anonymous', clientOf(c.get('origin').address));
  await next();
}

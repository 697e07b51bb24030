// Authentication that does not let itself be asked for ever: credentials that are not good count
// against the address they come from. Above the limit only those are looked up from there that were
// good before, so that a guesser reads no database and does not lock out his neighbours.

import { sessionTokenPrefix } from '../model/account.ts';
import { clientOf } from '../model/client-address.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Origin } from '../model/origin.ts';
import type { Principal } from '../model/permissions.ts';
import { agentTokenKid, secretHash } from '../pki/tokens.ts';
import { authenticate } from './authenticate.ts';
import type { CredentialKind } from './metrics.ts';
import { refused, spend } from './rate-limit.ts';
import type { Services } from './services.ts';

// Principals come from caches, so that the same object means that there is nothing new to note.
const noted = new WeakSet<Principal>();

function kindOf(token: string): CredentialKind {
  if (token.startsWith('ey')) return 'agent';
  if (token.startsWith(sessionTokenPrefix)) return 'session';
  return token.startsWith('sp_') ? 'key' : 'unknown';
}

/** A name by which a credential is known again, which is not the credential. */
async function nameOf(token: string): Promise<string> {
  const agent = kindOf(token) === 'agent' ? agentTokenKid(token) : undefined;
  return agent ? agent.gatewayId : secretHash(token);
}

async function wasGood({ operatorKeyHash, provenCredentials }: Services, token: string) {
  if (token.length > limits.tokenLength) return false;
  const name = await nameOf(token);
  return name === operatorKeyHash || provenCredentials.get(name) === true;
}

async function noteGood(services: Services, token: string, principal: Principal): Promise<void> {
  if (noted.has(principal) || principal.kind === 'operator') return;
  noted.add(principal);
  const until = services.now() + limits.provenCredentialMilliseconds;
  services.provenCredentials.set(await nameOf(token), true, until);
}

async function countFailure(services: Services, token: string, client: string): Promise<void> {
  services.metrics.authenticationFailures.add(kindOf(token));
  if (token.length <= limits.tokenLength) services.provenCredentials.delete(await nameOf(token));
  await spend(services, 'credential', client);
}

/**
 * The principal behind a bearer credential; without one, `anonymous`.
 * @throws SallyportError `unauthenticated` when it is not valid, `rate_limited` when too many that
 * were not came from its address
 */
export async function authenticateFrom(
  services: Services,
  { address }: Origin,
  token: string | undefined,
): Promise<Principal> {
  if (token === undefined) return { kind: 'anonymous' };
  const client = clientOf(address);
  const refusal = services.rates.refusal('credential', client);
  if (refusal && !(await wasGood(services, token))) throw refused(services, refusal);
  try {
    const principal = await authenticate(services, token);
    await noteGood(services, token, principal);
    return principal;
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'unauthenticated')
      await countFailure(services, token, client);
    throw error;
  }
}

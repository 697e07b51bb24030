// The session behind an operation of an account.

import { and, eq } from 'drizzle-orm';
import { sessions } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import type { Operation } from '../../model/permissions.ts';
import { authorize } from '../scope.ts';
import type { Caller, SessionPrincipal } from '../services.ts';

/**
 * What may be done in a session that is good in one tenant alone: that tenant's identity provider
 * has vouched for the person, and the account is not the tenant's.
 */
const whileBounded: ReadonlySet<Operation> = new Set([
  'me.get',
  'account.signOut',
  'session.list',
  'session.revoke',
]);

/** @throws SallyportError `unauthenticated`, `forbidden` or `second_factor_required` */
export function ownSession(caller: Caller, operation: Operation): SessionPrincipal {
  authorize(caller, operation);
  const { principal } = caller;
  if (principal.kind === 'session') {
    if (principal.tenantId === null || whileBounded.has(operation)) return principal;
    throw new SallyportError('forbidden', 'Single sign-on does not open your account itself.', {
      wayOut: 'Sign in by mail or with a passkey to change your account.',
    });
  }
  throw new SallyportError('forbidden', `${operation} is for people who have signed in.`, {
    wayOut: 'Sign in; a key has no account.',
  });
}

/** The sessions that this one may see and end: all of the account's, or those of its tenant. */
export function sessionsWithin({ accountId, tenantId }: SessionPrincipal) {
  const inTenant = tenantId === null ? undefined : eq(sessions.tenantId, tenantId);
  return and(eq(sessions.accountId, accountId), inTenant);
}

// The session behind an operation of an account.

import { SallyportError } from '../../model/errors.ts';
import type { Operation } from '../../model/permissions.ts';
import { authorize } from '../scope.ts';
import type { Caller, SessionPrincipal } from '../services.ts';

/** @throws SallyportError `unauthenticated`, `forbidden` or `second_factor_required` */
export function ownSession(caller: Caller, operation: Operation): SessionPrincipal {
  authorize(caller, operation);
  const { principal } = caller;
  if (principal.kind === 'session') return principal;
  throw new SallyportError('forbidden', `${operation} is for people who have signed in.`, {
    wayOut: 'Sign in; a key has no account.',
  });
}

// Who may change how an account signs in: not whoever finds a browser left open, nor whoever has
// one of two factors.

import { count, eq } from 'drizzle-orm';
import { accounts, passkeys, sessions } from '../../db/schema/directory.ts';
import { isTwoFactors } from '../../model/account.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { Operation } from '../../model/permissions.ts';
import type { Caller, SessionPrincipal } from '../services.ts';
import { ownSession } from '../session/own.ts';
import type { AccountRow } from './find.ts';

export interface Factors {
  principal: SessionPrincipal;
  account: AccountRow;
  /** How many passkeys the account has. */
  passkeys: number;
}

/**
 * The caller's account, to change its factors: with both of them if it has any, else soon after
 * signing in.
 * @throws SallyportError `second_factor_required`, `sign_in_required`, and as `ownSession` does
 */
export async function factorsToChange(caller: Caller, operation: Operation): Promise<Factors> {
  const principal = ownSession(caller, operation);
  const { directory, now } = caller.services;
  const { build } = directory;
  const [[account], [counted], [session]] = await directory.run(
    build.select().from(accounts).where(eq(accounts.id, principal.accountId)),
    build.select({ n: count() }).from(passkeys).where(eq(passkeys.accountId, principal.accountId)),
    build.select().from(sessions).where(eq(sessions.id, principal.sessionId)),
  );
  if (!account || !session)
    throw new SallyportError('unauthenticated', 'You are not signed in any more.', {
      wayOut: 'Sign in again.',
    });
  const passkeyCount = counted?.n ?? 0;
  const found = { principal, account, passkeys: passkeyCount };
  if (isTwoFactors(session.methods)) return found;
  if (account.totpConfirmedAt !== null || passkeyCount > 0)
    throw new SallyportError('second_factor_required', 'This takes your second factor.', {
      wayOut: 'Sign in with your passkey, or add the code of your authenticator.',
    });
  if (now() - session.createdAt <= limits.sessionFreshMilliseconds) return found;
  throw new SallyportError('sign_in_required', 'You signed in too long ago for this.', {
    wayOut: 'Sign out, sign in again, and do it within a quarter of an hour.',
  });
}

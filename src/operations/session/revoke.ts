// session.revoke, and account.signOut, which revokes the session that asks.

import { and, eq } from 'drizzle-orm';
import { sessions } from '../../db/schema/directory.ts';
import { notFound } from '../../model/errors.ts';
import type { Caller, SessionPrincipal } from '../services.ts';
import { forgetTokens } from './forget.ts';
import { ownSession, sessionsWithin } from './own.ts';

/** @returns whether there was such a session of this account */
async function end(
  { services }: Caller,
  own: SessionPrincipal,
  sessionId: string,
): Promise<boolean> {
  const { directory } = services;
  const mine = and(eq(sessions.id, sessionId), sessionsWithin(own));
  const [gone] = await directory.run(directory.build.delete(sessions).where(mine).returning());
  forgetTokens(services, gone);
  return gone.length > 0;
}

/** @throws SallyportError `not_found` also for a session of somebody else */
export async function revokeSession(caller: Caller, sessionId: string): Promise<void> {
  const own = ownSession(caller, 'session.revoke');
  if (!(await end(caller, own, sessionId))) throw notFound('session', sessionId);
}

export async function signOut(caller: Caller): Promise<void> {
  const own = ownSession(caller, 'account.signOut');
  await end(caller, own, own.sessionId);
}

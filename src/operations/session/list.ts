// session.list

import { and, desc } from 'drizzle-orm';
import { sessions } from '../../db/schema/directory.ts';
import type { Session } from '../../model/sign-in.ts';
import type { Caller } from '../services.ts';
import { isAlive } from './check.ts';
import { ownSession, sessionsWithin } from './own.ts';
import { sessionView } from './view.ts';

/** The caller's sessions, at most `limits.sessionsPerAccount`; the one used last comes first. */
export async function listSessions(caller: Caller): Promise<{ items: Session[]; next: null }> {
  const own = ownSession(caller, 'session.list');
  const { directory, now } = caller.services;
  const query = directory.build.select().from(sessions);
  const mine = and(sessionsWithin(own), isAlive(now()));
  const [rows] = await directory.run(query.where(mine).orderBy(desc(sessions.seenAt)));
  return { items: rows.map((row) => sessionView(row, own.sessionId)), next: null };
}

// The user behind a session: which one the account is in a tenant, and that it came in.

import { and, eq } from 'drizzle-orm';
import { change } from '../db/revision.ts';
import { sessionTenants } from '../db/schema/directory.ts';
import { users } from '../db/schema/tenant-people.ts';
import { limits } from '../model/limits.ts';
import { sendOn } from './outlets.ts';
import type {
  Caller,
  Member,
  Services,
  SessionPrincipal as Session,
  Standing,
  TenantScope,
} from './services.ts';
import { standingFrom, standingOf, standingQueries } from './standing.ts';

type Base = Pick<TenantScope, 'tenantId' | 'db'>;

/** One batch: the user, if it is active, and how the tenant stands. */
async function readMember(
  services: Services,
  { accountId }: Session,
  { tenantId, db }: Base,
): Promise<{ member: Member | undefined; standing: Standing }> {
  const active = and(eq(users.accountId, accountId), eq(users.status, 'active'));
  const [[member], self, quota] = await db.run(
    db.build.select({ userId: users.id, role: users.role }).from(users).where(active),
    ...standingQueries(db),
  );
  return { member, standing: standingFrom(services, tenantId, self, quota) };
}

/** Writes into the tenant's log that this session came in, the first time that it does. */
async function recordSignIn(
  { services, origin }: Caller,
  { sessionId, methods }: Session,
  { tenantId, db }: Base,
  { userId }: Member,
): Promise<void> {
  const { directory } = services;
  const [first] = await directory.run(
    directory.build
      .insert(sessionTenants)
      .values({ sessionId, tenantId })
      .onConflictDoNothing()
      .returning({ tenantId: sessionTenants.tenantId }),
  );
  if (first.length === 0) return;
  const author = {
    actor: userId,
    operation: 'account.signIn',
    origin,
    at: services.now(),
  } as const;
  try {
    const summary = { methods: methods.join(' '), session: sessionId };
    const decision = { subject: userId, summary, writes: [], result: undefined };
    await change(db, author, async () => decision);
    await sendOn({ services, tenantId, db });
  } catch (error) {
    const mine = and(
      eq(sessionTenants.sessionId, sessionId),
      eq(sessionTenants.tenantId, tenantId),
    );
    await directory.run(directory.build.delete(sessionTenants).where(mine));
    throw error;
  }
}

/**
 * The session's user, or undefined when the account is none of this tenant's, or suspended.
 * @param check refuses by what the tenant asks for, before anything is written
 */
export async function enterAsMember(
  caller: Caller,
  session: Session,
  base: Base,
  check: (standing: Standing) => void,
): Promise<(Member & { standing: Standing }) | undefined> {
  const { services } = caller;
  const key = `${session.sessionId} ${base.tenantId}`;
  const cached = services.memberCache.get(key);
  if (cached) {
    const standing = await standingOf(services, base.tenantId, base.db);
    check(standing);
    return { ...cached, standing };
  }
  const { member, standing } = await readMember(services, session, base);
  if (!member) return undefined;
  check(standing);
  if (!services.signedInCache.get(key)) await recordSignIn(caller, session, base, member);
  services.signedInCache.set(key, true, services.now() + limits.sessionRotateEveryMilliseconds);
  services.memberCache.set(key, member, services.now() + limits.memberCacheMilliseconds);
  return { ...member, standing };
}

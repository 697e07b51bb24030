// Whether a session's token is good: known, neither too old nor idle for too long.

import { and, eq, gt, or } from 'drizzle-orm';
import { accounts, sessions } from '../../db/schema/directory.ts';
import { isTwoFactors } from '../../model/account.ts';
import { limits } from '../../model/limits.ts';
import type { Principal } from '../../model/permissions.ts';
import type { Services, SessionPrincipal } from '../services.ts';

type Row = typeof sessions.$inferSelect;

/** What of a session is alive at this time, but for its token. */
export function isAlive(now: number) {
  return and(
    gt(sessions.expiresAt, now),
    gt(sessions.seenAt, now - limits.sessionIdleMilliseconds),
  );
}

/** An observation, and no more often than that: a session in use writes little. */
async function noteUse({ directory, now }: Services, { id, seenAt }: Row): Promise<void> {
  if (now() - seenAt < limits.lastUsedExactMilliseconds) return;
  const query = directory.build.update(sessions).set({ seenAt: now() });
  await directory.note(query.where(eq(sessions.id, id)));
}

function principalOf(row: Row, hasTotp: boolean): SessionPrincipal {
  const { id: sessionId, accountId, methods, tenantId } = row;
  const awaitsFactor = hasTotp && !isTwoFactors(methods);
  const rotateAt = row.rotatedAt + limits.sessionRotateEveryMilliseconds;
  return { kind: 'session', sessionId, accountId, methods, tenantId, awaitsFactor, rotateAt };
}

/** @param hash SHA-256 of the token, in hex */
export async function sessionPrincipal(
  services: Services,
  hash: string,
): Promise<Principal | undefined> {
  const { directory, sessionCache } = services;
  const cached = sessionCache.get(hash);
  if (cached !== undefined) return cached ?? undefined;
  const now = services.now();
  const justRotated = and(
    eq(sessions.previousHash, hash),
    gt(sessions.rotatedAt, now - limits.sessionRotationGraceMilliseconds),
  );
  const [[found]] = await directory.run(
    directory.build
      .select({ row: sessions, totpConfirmedAt: accounts.totpConfirmedAt })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.accountId))
      .where(and(or(eq(sessions.hash, hash), justRotated), isAlive(now))),
  );
  // It may have been revoked while the database was read.
  if (!found || sessionCache.get(hash) === null) return undefined;
  const { row } = found;
  await noteUse(services, row);
  const principal = principalOf(row, found.totpConfirmedAt !== null);
  const until = Math.min(row.expiresAt, now + limits.sessionCacheMilliseconds);
  if (sessionCache.get(hash) === null) return undefined;
  sessionCache.set(hash, principal, until);
  return principal;
}

// Whether a session's token is good: known, neither too old nor idle for too long.

import { and, eq, gt, or } from 'drizzle-orm';
import { sessions } from '../../db/schema/directory.ts';
import { limits } from '../../model/limits.ts';
import type { Principal } from '../../model/permissions.ts';
import type { Services } from '../services.ts';

type Row = typeof sessions.$inferSelect;

/** An observation, and no more often than that: a session in use writes little. */
async function noteUse({ directory, now }: Services, { id, seenAt }: Row): Promise<void> {
  if (now() - seenAt < limits.lastUsedExactMilliseconds) return;
  const query = directory.build.update(sessions).set({ seenAt: now() });
  await directory.note(query.where(eq(sessions.id, id)));
}

/** @param hash SHA-256 of the token, in hex */
export async function sessionPrincipal(
  services: Services,
  hash: string,
): Promise<Principal | undefined> {
  const cached = services.sessionCache.get(hash);
  if (cached) return cached;
  const { directory } = services;
  const now = services.now();
  const justRotated = and(
    eq(sessions.previousHash, hash),
    gt(sessions.rotatedAt, now - limits.sessionRotationGraceMilliseconds),
  );
  const alive = and(
    or(eq(sessions.hash, hash), justRotated),
    gt(sessions.expiresAt, now),
    gt(sessions.seenAt, now - limits.sessionIdleMilliseconds),
  );
  const [[row]] = await directory.run(directory.build.select().from(sessions).where(alive));
  if (!row) return undefined;
  await noteUse(services, row);
  const { id: sessionId, accountId, methods, tenantId } = row;
  const principal: Principal = { kind: 'session', sessionId, accountId, methods, tenantId };
  const until = Math.min(row.expiresAt, now + limits.sessionCacheMilliseconds);
  services.sessionCache.set(hash, principal, until);
  return principal;
}

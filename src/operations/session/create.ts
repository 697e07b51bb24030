// Sessions come into being here, and here their tokens change.

import { and, desc, eq, lte, notInArray, or } from 'drizzle-orm';
import { accounts, sessions } from '../../db/schema/directory.ts';
import { isTwoFactors, type SignInMethod, sessionTokenPrefix } from '../../model/account.ts';
import { SallyportError } from '../../model/errors.ts';
import { base32, newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { SignedIn } from '../../model/sign-in.ts';
import { secretHash } from '../../pki/tokens.ts';
import type { Caller, Services, SessionPrincipal } from '../services.ts';
import { forgetTokens } from './forget.ts';
import { type SessionRow, sessionView } from './view.ts';

/** Whoever answers decides how the token travels. */
export type SignedInWithToken = SignedIn & { token: string };

async function newToken({ random }: Services): Promise<{ token: string; hash: string }> {
  const token = sessionTokenPrefix + base32(random(limits.sessionSecretBytes));
  return { token, hash: await secretHash(token) };
}

function signedIn(row: SessionRow, hasTotp: boolean, token: string): SignedInWithToken {
  const next = hasTotp && !isTwoFactors(row.methods) ? 'totp' : null;
  return { session: sessionView(row, row.id), next, token };
}

/** A write that makes room: old sessions go, and of too many the ones not used for longest. */
function makeRoom({ directory, now }: Services, accountId: string) {
  const mine = eq(sessions.accountId, accountId);
  const newest = directory.build
    .select({ id: sessions.id })
    .from(sessions)
    .where(mine)
    .orderBy(desc(sessions.seenAt))
    .limit(limits.sessionsPerAccount - 1);
  const idleSince = now() - limits.sessionIdleMilliseconds;
  const over = or(lte(sessions.expiresAt, now()), lte(sessions.seenAt, idleSince));
  const surplus = or(over, notInArray(sessions.id, newest));
  return directory.build
    .delete(sessions)
    .where(and(mine, surplus))
    .returning({ hash: sessions.hash, previousHash: sessions.previousHash });
}

/** Signs an account in. */
export async function createSession(
  { services, origin }: Caller,
  accountId: string,
  methods: SignInMethod[],
  { tenantId = null, lifetime = limits.sessionMilliseconds as number }: SessionBounds = {},
): Promise<SignedInWithToken> {
  const { directory } = services;
  const { token, hash } = await newToken(services);
  const at = services.now();
  const row: SessionRow = {
    id: newId('session', services.random),
    hash,
    previousHash: null,
    rotatedAt: at,
    accountId,
    methods,
    tenantId,
    createdAt: at,
    seenAt: at,
    expiresAt: at + lifetime,
    address: origin.address ?? '',
    userAgent: origin.userAgent ?? '',
  };
  const [gone, , [account]] = await directory.run(
    makeRoom(services, accountId),
    directory.build.insert(sessions).values(row),
    directory.build
      .select({ totpConfirmedAt: accounts.totpConfirmedAt })
      .from(accounts)
      .where(eq(accounts.id, accountId)),
  );
  forgetTokens(services, gone);
  return signedIn(row, account?.totpConfirmedAt != null, token);
}

export interface SessionBounds {
  /** The only tenant that it is good in. */
  tenantId?: string | null;
  /** In milliseconds. */
  lifetime?: number;
}

/**
 * Adds what the caller has just proved to their session, and replaces its token: the one from
 * before is good no more.
 */
export async function addMethod(
  services: Services,
  { sessionId, methods }: SessionPrincipal,
  method: SignInMethod,
): Promise<SignedInWithToken> {
  const { directory } = services;
  const { token, hash } = await newToken(services);
  const set = {
    hash,
    previousHash: null,
    rotatedAt: services.now(),
    methods: [...new Set([...methods, method])],
  };
  const mine = eq(sessions.id, sessionId);
  const [[before], [row]] = await directory.run(
    directory.build.select().from(sessions).where(mine),
    directory.build.update(sessions).set(set).where(mine).returning(),
  );
  if (!before || !row)
    throw new SallyportError('unauthenticated', 'You are not signed in any more.');
  forgetTokens(services, [before]);
  return signedIn(row, true, token);
}

/**
 * A fresh token for a session whose token is due to change, or undefined. Of requests at once one
 * gets it; the token from before is good for a moment more, for those under way.
 */
export async function renewToken(
  services: Services,
  { sessionId, rotateAt }: SessionPrincipal,
  token: string,
): Promise<string | undefined> {
  const { directory, now } = services;
  if (now() < rotateAt) return undefined;
  const oldHash = await secretHash(token);
  const fresh = await newToken(services);
  const [changed] = await directory.run(
    directory.build
      .update(sessions)
      .set({ hash: fresh.hash, previousHash: oldHash, rotatedAt: now() })
      .where(and(eq(sessions.id, sessionId), eq(sessions.hash, oldHash)))
      .returning({ id: sessions.id }),
  );
  // What is kept of it says that it is due; it is not any more.
  services.sessionCache.delete(oldHash);
  return changed.length > 0 ? fresh.token : undefined;
}

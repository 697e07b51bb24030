// user.accept: the invitation that was mailed to a user, for an account and a session. Whoever
// holds it reads the mail of the user's address, so the account of that address is theirs.

import { and, eq } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { memberships } from '../../db/schema/directory.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { SallyportError } from '../../model/errors.ts';
import type { AcceptInvitation } from '../../model/sign-in.ts';
import { secretHash } from '../../pki/tokens.ts';
import { accountOf } from '../account/find.ts';
import { commit } from '../commit.ts';
import { refuseByStanding } from '../scope.ts';
import { type Caller, type TenantScope, wholeTenant } from '../services.ts';
import { createSession, type SignedInWithToken } from '../session/create.ts';
import { standingOf } from '../standing.ts';
import { tenantOfInvitation } from './invitation-token.ts';
import type { UserRow } from './view.ts';

function refused(): SallyportError {
  return new SallyportError(
    'sign_in_failed',
    'This invitation was used, withdrawn, or is too old.',
    {
      wayOut: 'Have you accepted it before? Then sign in by mail. Else ask for a new invitation.',
    },
  );
}

async function invitedUser(db: Database, hash: string, now: number): Promise<UserRow> {
  const query = db.build.select().from(users).where(eq(users.invitationHash, hash));
  const [[user]] = await db.run(query);
  if (!user || (user.invitationExpiresAt ?? 0) <= now || user.status === 'suspended')
    throw refused();
  return user;
}

/** An account is one user of a tenant at most. */
export async function refuseSecondUser(
  db: Database,
  accountId: string,
  userId: string,
): Promise<void> {
  const query = db.build.select({ id: users.id }).from(users);
  const [[other]] = await db.run(query.where(eq(users.accountId, accountId)));
  if (other && other.id !== userId)
    throw new SallyportError('already_exists', 'This address signs in as another user here.', {
      wayOut: 'Ask an administrator of the tenant to remove one of the two.',
    });
}

/** Says in the directory that the account is this user. A later one takes the place of an older. */
export async function rememberMembership(
  { services, tenantId }: Pick<TenantScope, 'services' | 'tenantId'>,
  accountId: string,
  userId: string,
): Promise<void> {
  const { directory } = services;
  const row = { accountId, tenantId, userId, createdAt: services.now() };
  await directory.run(
    directory.build
      .insert(memberships)
      .values(row)
      .onConflictDoUpdate({
        target: [memberships.accountId, memberships.tenantId],
        set: { userId },
      }),
  );
}

async function join(scope: TenantScope, hash: string, accountId: string): Promise<void> {
  const { db, services } = scope;
  await commit(scope, 'user.accept', async (number) => {
    const { id, status } = await invitedUser(db, hash, services.now());
    await refuseSecondUser(db, accountId, id);
    const set = {
      accountId,
      status: 'active' as const,
      invitationHash: null,
      invitationExpiresAt: null,
      revision: number,
    };
    return {
      subject: id,
      summary: { account: accountId, before: status },
      writes: [
        db.build
          .update(users)
          .set(set)
          .where(and(eq(users.id, id), eq(users.invitationHash, hash))),
      ],
      touched: [],
      result: undefined,
    };
  });
}

/** @throws SallyportError `sign_in_failed`, `already_exists`, `tenant_*` */
export async function acceptInvitation(
  caller: Caller,
  { token, name }: AcceptInvitation,
): Promise<SignedInWithToken> {
  const { services } = caller;
  const tenantId = tenantOfInvitation(token);
  const db = tenantId && (await services.tenants.open(tenantId));
  if (!tenantId || !db) throw refused();
  const hash = await secretHash(token);
  const user = await invitedUser(db, hash, services.now());
  if (user.email === null) throw refused();
  refuseByStanding(await standingOf(services, tenantId, db), 'user.accept');
  const account = await accountOf(services, user.email, name ?? user.name);
  const scope = { ...caller, tenantId, db, actor: user.id, reach: wholeTenant };
  await refuseSecondUser(db, account.id, user.id);
  // First, because me.get passes over a membership whose user does not know the account.
  await rememberMembership(scope, account.id, user.id);
  await join(scope, hash, account.id);
  return createSession(caller, account.id, ['mail']);
}

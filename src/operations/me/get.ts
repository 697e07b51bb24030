// me.get: who asks, and where they belong.

import { and, count, eq } from 'drizzle-orm';
import { accounts, memberships, passkeys, sessions, tenants } from '../../db/schema/directory.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { Account, Me, MyTenant } from '../../model/me.ts';
import type { Principal } from '../../model/permissions.ts';
import { authorize } from '../scope.ts';
import type { Caller, Services, SessionPrincipal } from '../services.ts';
import { sessionView } from '../session/view.ts';

const nobody: Omit<Me, 'kind'> = {
  account: null,
  session: null,
  next: null,
  key: null,
  tenants: [],
};

function accountQueries({ directory: { build } }: Services, accountId: string) {
  return [
    build.select().from(accounts).where(eq(accounts.id, accountId)),
    build.select({ n: count() }).from(passkeys).where(eq(passkeys.accountId, accountId)),
  ] as const;
}

function accountFrom(
  [row]: readonly (typeof accounts.$inferSelect)[],
  [counted]: readonly { n: number }[],
): Account | null {
  if (!row) return null;
  const { id, email, name, totpConfirmedAt } = row;
  const createdAt = new Date(row.createdAt).toISOString();
  return {
    id,
    email,
    name,
    createdAt,
    hasTotp: totpConfirmedAt !== null,
    passkeys: counted?.n ?? 0,
  };
}

export async function readAccount(services: Services, accountId: string): Promise<Account | null> {
  return accountFrom(...(await services.directory.run(...accountQueries(services, accountId))));
}

interface Membership extends Omit<MyTenant, 'role' | 'userId'> {
  userId: string;
}

/** The role that the account has there now; undefined when it has none any more. */
async function roleIn(
  { tenants: databases }: Services,
  accountId: string,
  { tenantId, userId }: Membership,
): Promise<MyTenant['role'] | undefined> {
  try {
    const db = await databases.open(tenantId);
    if (!db) return undefined;
    const mine = and(
      eq(users.id, userId),
      eq(users.accountId, accountId),
      eq(users.status, 'active'),
    );
    const [[user]] = await db.run(db.build.select({ role: users.role }).from(users).where(mine));
    return user?.role;
  } catch (error) {
    // One database that is away must not keep a person from all their tenants.
    if (error instanceof SallyportError) return null;
    throw error;
  }
}

async function ofSession(
  services: Services,
  { accountId, sessionId, tenantId, awaitsFactor }: SessionPrincipal,
): Promise<Me> {
  const { directory } = services;
  const inScope = tenantId === null ? undefined : eq(memberships.tenantId, tenantId);
  const [account, passkeyCount, [session], rows] = await directory.run(
    ...accountQueries(services, accountId),
    directory.build.select().from(sessions).where(eq(sessions.id, sessionId)),
    directory.build
      .select({
        tenantId: tenants.id,
        slug: tenants.slug,
        name: tenants.name,
        status: tenants.status,
        userId: memberships.userId,
      })
      .from(memberships)
      .innerJoin(tenants, eq(tenants.id, memberships.tenantId))
      .where(and(eq(memberships.accountId, accountId), inScope))
      .orderBy(tenants.name, tenants.id)
      .limit(limits.membershipsPerAccount),
  );
  const found: MyTenant[] = [];
  for (const row of awaitsFactor ? [] : rows) {
    const role = await roleIn(services, accountId, row);
    if (role !== undefined) found.push({ ...row, role });
  }
  return {
    ...nobody,
    kind: 'session',
    // What else the account has is no business of one tenant's identity provider.
    account: tenantId === null ? accountFrom(account, passkeyCount) : accountFrom(account, []),
    session: session ? sessionView(session, sessionId) : null,
    next: awaitsFactor ? 'totp' : null,
    tenants: found,
  };
}

type Key = Extract<Principal, { kind: 'key' }>;

async function ofKey({ directory }: Services, principal: Key): Promise<Me> {
  const { keyId, tenantId, role, permissions, groupIds, gatewayIds } = principal;
  const { id, slug, name, status } = tenants;
  const query = directory.build.select({ tenantId: id, slug, name, status }).from(tenants);
  const [rows] = await directory.run(query.where(eq(id, tenantId)));
  const copy = <T>(list: readonly T[] | null) => (list === null ? null : [...list]);
  return {
    ...nobody,
    kind: 'key',
    key: {
      id: keyId,
      role,
      permissions: copy(permissions),
      groupIds: copy(groupIds),
      gatewayIds: copy(gatewayIds),
    },
    tenants: rows.map((row) => ({ ...row, userId: null, role })),
  };
}

export async function getMe(caller: Caller): Promise<Me> {
  authorize(caller, 'me.get');
  const { services, principal } = caller;
  if (principal.kind === 'session') return ofSession(services, principal);
  if (principal.kind === 'key') return ofKey(services, principal);
  return { ...nobody, kind: 'operator' };
}

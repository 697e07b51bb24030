// The tenants of an account: what happens to the account stands in the log of each.

import { eq } from 'drizzle-orm';
import type { Database, Query } from '../../db/database.ts';
import { memberships } from '../../db/schema/directory.ts';
import { users } from '../../db/schema/tenant-people.ts';
import type { Operation } from '../../model/permissions.ts';
import { commit } from '../commit.ts';
import { type Caller, type TenantScope, wholeTenant } from '../services.ts';

type UserRow = typeof users.$inferSelect;

interface Membership {
  scope: TenantScope;
  user: UserRow;
}

async function userOf(db: Database, accountId: string): Promise<UserRow | undefined> {
  const query = db.build.select().from(users).where(eq(users.accountId, accountId));
  const [[user]] = await db.run(query);
  return user;
}

/**
 * The users that the account is, each in its tenant.
 * @param actor what the log calls the one who acts; the user, if left out
 * @throws SallyportError when a tenant's database is away: nothing goes unlogged
 */
export async function membershipsOf(
  caller: Caller,
  accountId: string,
  actor?: string,
): Promise<Membership[]> {
  const { directory, tenants } = caller.services;
  const query = directory.build.select({ tenantId: memberships.tenantId }).from(memberships);
  const [rows] = await directory.run(query.where(eq(memberships.accountId, accountId)));
  const found: Membership[] = [];
  for (const { tenantId } of rows) {
    const db = await tenants.open(tenantId);
    const user = db && (await userOf(db, accountId));
    if (!db || !user) continue;
    const scope = { ...caller, tenantId, db, actor: actor ?? user.id, reach: wholeTenant };
    found.push({ scope, user });
  }
  return found;
}

/** Writes into the tenant's log what became of the account, and what else belongs to it. */
export async function logInTenant(
  { scope, user }: Membership,
  operation: Operation,
  writes: (number: number) => Query[] = () => [],
): Promise<void> {
  await commit(scope, operation, async (number) => ({
    subject: user.id,
    summary: { account: user.accountId },
    writes: writes(number),
    touched: [],
    result: undefined,
  }));
}

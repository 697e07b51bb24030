// Reads of users that several operations share.

import { and, eq, isNull, ne } from 'drizzle-orm';
import { users } from '../../db/schema/tenant-people.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { usersWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import type { UserRow } from './view.ts';

/** @throws SallyportError `not_found` */
export async function readUser(scope: TenantScope, id: string): Promise<UserRow> {
  const { db } = scope;
  const wanted = and(eq(users.id, id), usersWithin(scope));
  const [[row]] = await db.run(db.build.select().from(users).where(wanted));
  if (!row) throw notFound('user', id);
  return row;
}

/** @throws SallyportError `not_found`, or `user_suspended`: then nothing is made for them */
export async function readActiveUser(scope: TenantScope, id: string): Promise<UserRow> {
  const row = await readUser(scope, id);
  if (row.status !== 'suspended') return row;
  throw new SallyportError('user_suspended', 'This user is suspended.', {
    wayOut: 'Resume the user first.',
  });
}

/**
 * Called while the change is decided, so that two owners cannot remove each other at once.
 * @throws SallyportError `last_owner` when the tenant would be left without an active owner
 */
export async function refuseLastOwner({ db }: TenantScope, leaving: UserRow): Promise<void> {
  if (leaving.role !== 'owner' || leaving.status !== 'active') return;
  const other = and(
    eq(users.role, 'owner'),
    eq(users.status, 'active'),
    isNull(users.deletedAt),
    ne(users.id, leaving.id),
  );
  const query = db.build.select({ id: users.id }).from(users).where(other).limit(1);
  const [[left]] = await db.run(query);
  if (left) return;
  throw new SallyportError('last_owner', 'This is the last active owner of the tenant.', {
    wayOut: 'Make another user an owner first.',
  });
}

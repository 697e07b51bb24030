// user.update

import { eq } from 'drizzle-orm';
import { users } from '../../db/schema/tenant-people.ts';
import { SallyportError } from '../../model/errors.ts';
import { sortKey, type UpdateUser, type User } from '../../model/user.ts';
import { commit } from '../commit.ts';
import { requireMatch } from '../scope.ts';
import type { TenantScope } from '../services.ts';
import { mayChange, mayGrant } from './grant.ts';
import { readUser, refuseLastOwner } from './read.ts';
import { type UserRow, userView } from './view.ts';

/** Whoever reads the mail of a user's address may become that user, so it is as good as a role. */
function refuseTaken(scope: TenantScope, row: UserRow, { email, role }: UpdateUser): void {
  mayChange(scope, row.role);
  if (email !== undefined || role !== undefined) mayGrant(scope, role ?? row.role);
  if (email === undefined || email === row.email || row.accountId === null) return;
  throw new SallyportError('forbidden', 'This user signs in with the address that they have.', {
    wayOut: 'Invite the new address as a user of its own, and delete this one.',
    problems: [{ field: 'email', rule: 'must stay as it is for a user with an account' }],
  });
}

/** What becomes of the row; an open invitation went to the address of then. */
function changed(row: UserRow, { name, email, role }: UpdateUser, revision: number): UserRow {
  const moved = email !== undefined && email !== row.email;
  return {
    ...row,
    name: name ?? row.name,
    nameKey: sortKey(name ?? row.name),
    email: email === undefined ? row.email : email,
    role: role ?? row.role,
    ...(moved ? { invitationHash: null, invitationExpiresAt: null } : {}),
    revision,
  };
}

export async function updateUser(scope: TenantScope, id: string, input: UpdateUser): Promise<User> {
  const { db, services } = scope;
  const result = await commit(scope, 'user.update', async (number) => {
    const row = await readUser(scope, id);
    requireMatch(scope, row.revision);
    refuseTaken(scope, row, input);
    const next = changed(row, input, number);
    if (next.role !== 'owner') await refuseLastOwner(scope, row);
    return {
      subject: id,
      summary: {
        name: next.name,
        ...(next.name === row.name ? {} : { nameBefore: row.name }),
        ...(next.role === row.role ? {} : { role: next.role, roleBefore: row.role }),
        ...(next.email === row.email ? {} : { emailChanged: true }),
      },
      writes: [db.build.update(users).set(next).where(eq(users.id, id))],
      touched: [],
      result: userView(next),
    };
  });
  services.memberCache.clear();
  return result;
}

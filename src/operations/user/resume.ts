// user.resume: the devices are back on their gateways, with the keys and addresses of before.

import { eq } from 'drizzle-orm';
import { users } from '../../db/schema/tenant-people.ts';
import type { User } from '../../model/user.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { mayChange } from './grant.ts';
import { returnPeers } from './peers.ts';
import { readUser } from './read.ts';
import { type UserRow, userView } from './view.ts';

/** One who never came in is still invited, until the invitation is too old. */
function statusOf({ accountId, invitationHash }: UserRow): 'active' | 'invited' {
  return accountId === null && invitationHash !== null ? 'invited' : 'active';
}

/** Of a user who is not suspended it changes nothing. */
export async function resumeUser(scope: TenantScope, id: string): Promise<User> {
  const { db, services } = scope;
  const known = await readUser(scope, id);
  mayChange(scope, known.role);
  if (known.status !== 'suspended') return userView(known);
  const result = await commit(scope, 'user.resume', async (number) => {
    const row = await readUser(scope, id);
    mayChange(scope, row.role);
    const { writes, touched } = await returnPeers(scope, number, id);
    const set = { status: statusOf(row), revision: number };
    return {
      subject: id,
      summary: { name: row.name, gateways: touched.length },
      writes: [db.build.update(users).set(set).where(eq(users.id, id)), ...writes],
      touched,
      result: userView({ ...row, ...set }),
    };
  });
  services.memberCache.clear();
  return result;
}

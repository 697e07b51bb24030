// group.addMember and group.removeMember: twice is the same as once.

import { and, eq } from 'drizzle-orm';
import { groupMembers, groups } from '../../db/schema/tenant-people.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { readUser } from '../user/read.ts';
import { join } from './join.ts';
import { readGroup } from './read.ts';

interface Membership {
  groupId: string;
  userId: string;
}

function only({ groupId, userId }: Membership) {
  return and(eq(groupMembers.groupId, groupId), eq(groupMembers.userId, userId));
}

/** Both must be there; whether the one is in the other, and who says so. */
async function read(scope: TenantScope, membership: Membership) {
  const { db } = scope;
  const group = await readGroup(scope, membership.groupId);
  const user = await readUser(scope, membership.userId);
  const query = db.build.select({ source: groupMembers.source }).from(groupMembers);
  const [[row]] = await db.run(query.where(only(membership)));
  return { source: row?.source, summary: { group: group.name, userId: user.id, user: user.name } };
}

export async function addMember(scope: TenantScope, membership: Membership): Promise<void> {
  const { groupId, userId } = membership;
  requireWholeTenant(scope);
  if ((await read(scope, membership)).source === 'manual') return;
  await commit(scope, 'group.addMember', async (number) => {
    const { summary } = await read(scope, membership);
    return {
      subject: groupId,
      summary,
      writes: join(scope, number, groupId, userId),
      touched: [],
      result: undefined,
    };
  });
}

/** Whom an identity provider put there comes back with the next sign-in, if it still says so. */
export async function removeMember(scope: TenantScope, membership: Membership): Promise<void> {
  const { db } = scope;
  const { groupId } = membership;
  requireWholeTenant(scope);
  if ((await read(scope, membership)).source === undefined) return;
  await commit(scope, 'group.removeMember', async (number) => {
    const { summary } = await read(scope, membership);
    return {
      subject: groupId,
      summary,
      writes: [
        db.build.delete(groupMembers).where(only(membership)),
        db.build.update(groups).set({ revision: number }).where(eq(groups.id, groupId)),
      ],
      touched: [],
      result: undefined,
    };
  });
}

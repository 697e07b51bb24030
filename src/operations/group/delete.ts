// group.delete: its members stay users. A key that is bounded to it alone reaches nobody any more.

import { count, eq } from 'drizzle-orm';
import { groupMembers, groups } from '../../db/schema/tenant-people.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { readGroup } from './read.ts';

async function countMembers({ db }: TenantScope, groupId: string): Promise<number> {
  const query = db.build.select({ members: count() }).from(groupMembers);
  const [[row]] = await db.run(query.where(eq(groupMembers.groupId, groupId)));
  return row?.members ?? 0;
}

export async function deleteGroup(scope: TenantScope, id: string): Promise<void> {
  const { db } = scope;
  requireWholeTenant(scope);
  await commit(scope, 'group.delete', async () => {
    const { name } = await readGroup(scope, id);
    return {
      subject: id,
      summary: { name, members: await countMembers(scope, id) },
      writes: [db.build.delete(groups).where(eq(groups.id, id))],
      touched: [],
      result: undefined,
    };
  });
}

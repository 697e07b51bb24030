// group.update: rules and identity providers name groups, so the log says both names.

import { eq } from 'drizzle-orm';
import { groups } from '../../db/schema/tenant-people.ts';
import type { Group, UpdateGroup } from '../../model/group.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import { requireMatch } from '../scope.ts';
import type { TenantScope } from '../services.ts';
import { readGroup } from './read.ts';
import { groupView } from './view.ts';

export async function updateGroup(
  scope: TenantScope,
  id: string,
  input: UpdateGroup,
): Promise<Group> {
  const { db } = scope;
  requireWholeTenant(scope);
  return commit(scope, 'group.update', async (number) => {
    const row = await readGroup(scope, id);
    requireMatch(scope, row.revision);
    const set = { name: input.name ?? row.name, revision: number };
    return {
      subject: id,
      summary: { name: set.name, nameBefore: row.name },
      writes: [db.build.update(groups).set(set).where(eq(groups.id, id))],
      touched: [],
      result: groupView({ ...row, ...set }),
    };
  });
}

// group.create

import { groups } from '../../db/schema/tenant-people.ts';
import { SallyportError } from '../../model/errors.ts';
import type { CreateGroup, Group } from '../../model/group.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { groupView } from './view.ts';

async function refuseTooMany({ db }: TenantScope): Promise<void> {
  const query = db.build.select({ id: groups.id }).from(groups).limit(limits.groupsPerTenant);
  const [rows] = await db.run(query);
  if (rows.length < limits.groupsPerTenant) return;
  throw new SallyportError(
    'limit_reached',
    `A tenant has at most ${limits.groupsPerTenant} groups.`,
    { wayOut: 'Delete a group that is not used.' },
  );
}

export async function createGroup(scope: TenantScope, { name }: CreateGroup): Promise<Group> {
  const { db, services } = scope;
  requireWholeTenant(scope);
  const id = newId('group', services.random);
  const createdAt = services.now();
  return commit(scope, 'group.create', async (number) => {
    await refuseTooMany(scope);
    const row = { id, name, createdAt, createdRevision: number, revision: number };
    return {
      subject: id,
      summary: { name },
      writes: [db.build.insert(groups).values(row)],
      touched: [],
      result: groupView(row),
    };
  });
}

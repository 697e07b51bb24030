// group.list

import { and, asc, gt } from 'drizzle-orm';
import { groups } from '../../db/schema/tenant-people.ts';
import type { Group } from '../../model/group.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { groupsWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { groupView } from './view.ts';

export async function listGroups(scope: TenantScope, page: Page): Promise<Listing<Group>> {
  const { db } = scope;
  const [rows] = await db.run(
    db.build
      .select()
      .from(groups)
      .where(and(gt(groups.createdRevision, Number(page.cursor ?? 0)), groupsWithin(scope)))
      .orderBy(asc(groups.createdRevision))
      .limit(page.limit + 1),
  );
  return paged(rows, page, (row) => row.createdRevision, groupView);
}

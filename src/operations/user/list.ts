// user.list

import { and, asc, gt } from 'drizzle-orm';
import { users } from '../../db/schema/tenant-people.ts';
import type { User } from '../../model/user.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { usersWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { userView } from './view.ts';

export async function listUsers(scope: TenantScope, page: Page): Promise<Listing<User>> {
  const { db } = scope;
  const [rows] = await db.run(
    db.build
      .select()
      .from(users)
      .where(and(gt(users.createdRevision, Number(page.cursor ?? 0)), usersWithin(scope)))
      .orderBy(asc(users.createdRevision))
      .limit(page.limit + 1),
  );
  return paged(rows, page, (row) => row.createdRevision, userView);
}

// user.list

import { asc, gt } from 'drizzle-orm';
import { users } from '../../db/schema/tenant.ts';
import type { User } from '../../model/tenant.ts';
import { type Listing, type Page, paged } from '../page.ts';
import type { TenantScope } from '../services.ts';
import { userView } from './view.ts';

export async function listUsers({ db }: TenantScope, page: Page): Promise<Listing<User>> {
  const [rows] = await db.run(
    db.build
      .select()
      .from(users)
      .where(gt(users.createdRevision, Number(page.cursor ?? 0)))
      .orderBy(asc(users.createdRevision))
      .limit(page.limit + 1),
  );
  return paged(rows, page, (row) => row.createdRevision, userView);
}

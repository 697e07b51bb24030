// audit.list, newest first

import { desc, lt } from 'drizzle-orm';
import { revisions } from '../../db/schema/tenant.ts';
import type { Revision } from '../../model/revision.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';

export async function listRevisions(scope: TenantScope, page: Page): Promise<Listing<Revision>> {
  const { db } = scope;
  requireWholeTenant(scope);
  const before = page.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(page.cursor);
  const [rows] = await db.run(
    db.build
      .select()
      .from(revisions)
      .where(lt(revisions.number, before))
      .orderBy(desc(revisions.number))
      .limit(page.limit + 1),
  );
  const view = (row: (typeof rows)[number]): Revision => ({
    ...row,
    at: new Date(row.at).toISOString(),
  });
  return paged(rows, page, (row) => row.number, view);
}

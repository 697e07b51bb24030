// authority.list

import { asc, gt } from 'drizzle-orm';
import { authorities } from '../../db/schema/tenant-pki.ts';
import type { Authority } from '../../model/authority.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { authorityViews } from './view.ts';

export async function listAuthorities(scope: TenantScope, page: Page): Promise<Listing<Authority>> {
  const { db } = scope;
  requireWholeTenant(scope);
  const [rows] = await db.run(
    db.build
      .select()
      .from(authorities)
      .where(gt(authorities.createdRevision, Number(page.cursor ?? 0)))
      .orderBy(asc(authorities.createdRevision))
      .limit(page.limit + 1),
  );
  const { items, next } = paged(
    rows,
    page,
    (row) => row.createdRevision,
    (row) => row,
  );
  return { items: await authorityViews(scope, items), next };
}

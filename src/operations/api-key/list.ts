// apiKey.list: those that are revoked or expired as well.

import { asc, gt } from 'drizzle-orm';
import { apiKeys } from '../../db/schema/tenant-people.ts';
import type { ApiKey } from '../../model/api-key.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { apiKeyView } from './view.ts';

export async function listApiKeys(scope: TenantScope, page: Page): Promise<Listing<ApiKey>> {
  const { db, services } = scope;
  requireWholeTenant(scope);
  const [rows] = await db.run(
    db.build
      .select()
      .from(apiKeys)
      .where(gt(apiKeys.createdRevision, Number(page.cursor ?? 0)))
      .orderBy(asc(apiKeys.createdRevision))
      .limit(page.limit + 1),
  );
  const now = services.now();
  return paged(
    rows,
    page,
    (row) => row.createdRevision,
    (row) => apiKeyView(row, now),
  );
}

// webhook.list, oldest first

import { asc, gt } from 'drizzle-orm';
import { webhooks } from '../../db/schema/tenant-outlets.ts';
import type { Webhook } from '../../model/outlet.ts';
import { headQuery } from '../outlet-state.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { webhookView } from './view.ts';

export async function listWebhooks(scope: TenantScope, page: Page): Promise<Listing<Webhook>> {
  requireWholeTenant(scope);
  const { db, services } = scope;
  const { createdRevision } = webhooks;
  const query = db.build.select().from(webhooks);
  const [rows, [ends]] = await db.run(
    query
      .where(gt(createdRevision, Number(page.cursor ?? 0)))
      .orderBy(asc(createdRevision))
      .limit(page.limit + 1),
    headQuery(db),
  );
  const view = (row: (typeof rows)[number]) => webhookView(row, ends?.head ?? 0, services.now());
  return paged(rows, page, (row) => row.createdRevision, view);
}

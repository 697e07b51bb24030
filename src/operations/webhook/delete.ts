// webhook.delete: its job finds it gone, and ends.

import { eq } from 'drizzle-orm';
import { webhooks } from '../../db/schema/tenant-outlets.ts';
import { commit } from '../commit.ts';
import { sendOnAtOnce } from '../outlets.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { hostOf, readWebhook } from './view.ts';

/** @throws SallyportError `not_found` */
export async function deleteWebhook(scope: TenantScope, id: string): Promise<void> {
  requireWholeTenant(scope);
  const { db } = scope;
  await commit(scope, 'webhook.delete', async () => {
    const { row } = await readWebhook(scope, id);
    return {
      subject: id,
      summary: { host: hostOf(row.url), description: row.description, cursor: row.cursor },
      writes: [db.build.delete(webhooks).where(eq(webhooks.id, id))],
      touched: [],
      result: undefined,
    };
  });
  await sendOnAtOnce(scope);
}

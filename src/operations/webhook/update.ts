// webhook.update: what it says is left as it is stays so. A webhook that was switched off goes on
// where it stopped.

import { eq } from 'drizzle-orm';
import { webhooks } from '../../db/schema/tenant-outlets.ts';
import { limits } from '../../model/limits.ts';
import type { IssuedWebhook, UpdateWebhook } from '../../model/outlet.ts';
import { changesOf, type Summary } from '../../model/revision.ts';
import { commit } from '../commit.ts';
import { freshState } from '../outlet-state.ts';
import { sendOnAtOnce } from '../outlets.ts';
import { requireWholeTenant } from '../reach.ts';
import { requireMatch } from '../scope.ts';
import type { TenantScope } from '../services.ts';
import { newSecret } from './secret.ts';
import { checkUrl, hostOf, readWebhook, type WebhookRow, webhookView } from './view.ts';

function changed(row: WebhookRow, input: UpdateWebhook): WebhookRow {
  const { url, description, operations, batch, enabled } = input;
  return {
    ...row,
    url: url ?? row.url,
    description: description ?? row.description,
    operations: operations === undefined ? row.operations : operations,
    batch: batch ?? row.batch,
    enabled: enabled ?? row.enabled,
    // Whoever changes it believes that it works now.
    ...freshState,
  };
}

function summaryOf(before: WebhookRow, after: WebhookRow): Summary {
  const view = (row: WebhookRow) => ({ ...row, host: hostOf(row.url) });
  return {
    ...changesOf(view(before), view(after), [
      ...(['host', 'description', 'operations', 'batch', 'enabled'] as const),
    ]),
    ...(before.url === after.url ? {} : { url: 'changed' }),
    ...(before.secret === after.secret ? {} : { secret: 'rotated' }),
  };
}

/** @throws SallyportError `not_found`, `invalid_input` or `precondition_failed` */
export async function updateWebhook(
  scope: TenantScope,
  id: string,
  input: UpdateWebhook,
): Promise<IssuedWebhook> {
  requireWholeTenant(scope);
  const { db, services } = scope;
  if (input.url !== undefined) checkUrl(services, input.url);
  const fresh = input.rotateSecret ? await newSecret(services, id) : undefined;
  const result = await commit(scope, 'webhook.update', async (revision) => {
    const { row } = await readWebhook(scope, id);
    requireMatch(scope, row.revision);
    const rotation = fresh && {
      secret: fresh.sealed,
      previousSecret: row.secret,
      previousUntil: services.now() + limits.webhookSecretGraceMilliseconds,
    };
    const after = { ...changed(row, input), ...rotation, revision };
    const { cursor: _cursor, deliveredAt: _deliveredAt, ...set } = after;
    return {
      subject: id,
      summary: summaryOf(row, after),
      writes: [db.build.update(webhooks).set(set).where(eq(webhooks.id, id))],
      touched: [],
      result: {
        webhook: webhookView(after, revision, services.now()),
        secret: fresh?.secret ?? null,
      },
    };
  });
  await sendOnAtOnce(scope);
  return result;
}

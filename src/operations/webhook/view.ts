// Webhooks as the API shows them, and how they are found.

import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { webhooks } from '../../db/schema/tenant-outlets.ts';
import { notFound } from '../../model/errors.ts';
import { webhookUrlSchema } from '../../model/outbound.ts';
import type { Webhook } from '../../model/outlet.ts';
import { parseInput } from '../../model/problems.ts';
import { headQuery, stateView, timeView } from '../outlet-state.ts';
import type { Services, TenantScope } from '../services.ts';

export type WebhookRow = typeof webhooks.$inferSelect;

export function webhookView(row: WebhookRow, head: number, now: number): Webhook {
  const { id, url, description, operations, batch, enabled, previousUntil, revision } = row;
  const isPreviousGood = (previousUntil ?? 0) > now;
  return {
    id,
    url,
    description,
    operations,
    batch,
    enabled,
    previousSecretUntil: isPreviousGood ? timeView(previousUntil) : null,
    state: stateView(row, head),
    revision,
    createdAt: new Date(row.createdAt).toISOString(),
  };
}

/** @throws SallyportError `not_found` */
export async function readWebhook({ db }: TenantScope, id: string) {
  const query = db.build.select().from(webhooks).where(eq(webhooks.id, id));
  const [[row], [ends]] = await db.run(query, headQuery(db));
  if (!row) throw notFound('webhook', id);
  return { row, head: ends?.head ?? 0 };
}

/** @throws SallyportError `invalid_input` for an address that the operator does not allow */
export function checkUrl({ outbound }: Services, url: string): void {
  parseInput(z.object({ url: webhookUrlSchema(outbound) }), { url }, 'The body');
}

/** What the log says of an address: its path may be a secret of the receiver's. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

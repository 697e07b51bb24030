// webhook.create: its first event is that it was made.

import { count } from 'drizzle-orm';
import { webhooks } from '../../db/schema/tenant-outlets.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { CreateWebhook, IssuedWebhook } from '../../model/outlet.ts';
import { commit } from '../commit.ts';
import { freshState } from '../outlet-state.ts';
import { sendOnAtOnce } from '../outlets.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { newSecret } from './secret.ts';
import { checkUrl, hostOf, type WebhookRow, webhookView } from './view.ts';

async function refuseTooMany({ db }: TenantScope): Promise<void> {
  const [[row]] = await db.run(db.build.select({ count: count() }).from(webhooks));
  if ((row?.count ?? 0) < limits.webhooksPerTenant) return;
  throw new SallyportError('limit_reached', `A tenant has ${limits.webhooksPerTenant} webhooks.`, {
    wayOut: 'Delete one that is not needed any more.',
  });
}

async function newRow(scope: TenantScope, input: CreateWebhook) {
  const { services } = scope;
  const id = newId('webhook', services.random);
  const { secret, sealed } = await newSecret(services, id);
  const row = (number: number): WebhookRow => ({
    id,
    url: input.url,
    description: input.description ?? hostOf(input.url),
    secret: sealed,
    previousSecret: null,
    previousUntil: null,
    operations: input.operations ?? null,
    batch: input.batch ?? 1,
    enabled: true,
    createdAt: services.now(),
    createdRevision: number,
    revision: number,
    cursor: number - 1,
    deliveredAt: null,
    ...freshState,
  });
  return { secret, row };
}

/** @throws SallyportError `invalid_input` or `limit_reached` */
export async function createWebhook(
  scope: TenantScope,
  input: CreateWebhook,
): Promise<IssuedWebhook> {
  requireWholeTenant(scope);
  const { db, services } = scope;
  checkUrl(services, input.url);
  const made = await newRow(scope, input);
  const created = await commit(scope, 'webhook.create', async (number) => {
    await refuseTooMany(scope);
    const row = made.row(number);
    const { id, url, description, operations, batch } = row;
    return {
      subject: id,
      summary: {
        host: hostOf(url),
        description,
        operations: operations?.join(' ') ?? null,
        batch,
      },
      writes: [db.build.insert(webhooks).values(row)],
      touched: [],
      result: { webhook: webhookView(row, number, services.now()), secret: made.secret },
    };
  });
  await sendOnAtOnce(scope);
  return created;
}

// webhook.test: sends an event at once, past the queue, and says what became of it.

import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { TestedWebhook } from '../../model/outlet.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { secretsOf } from './secret.ts';
import { hostOf, readWebhook, type WebhookRow } from './view.ts';

async function deliver(scope: TenantScope, row: WebhookRow): Promise<TestedWebhook> {
  const { services, tenantId } = scope;
  const timestamp = services.now();
  const data = { tenantId, webhookId: row.id };
  const body = JSON.stringify({
    type: 'webhook.test',
    timestamp: new Date(timestamp).toISOString(),
    data,
  });
  const secrets = await secretsOf(services, row);
  const event = { secrets, id: `${row.id}-test-${timestamp}`, timestamp, body, url: row.url };
  try {
    await services.deliver(event, AbortSignal.timeout(limits.webhookMilliseconds));
    return { delivered: true, answer: 'The receiver took it.' };
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    return { delivered: false, answer: error.message };
  }
}

/** @throws SallyportError `not_found`; that the receiver fails is an answer */
export async function testWebhook(scope: TenantScope, id: string): Promise<TestedWebhook> {
  requireWholeTenant(scope);
  const { row } = await readWebhook(scope, id);
  const result = await deliver(scope, row);
  return commit(scope, 'webhook.test', async () => ({
    subject: id,
    summary: { host: hostOf(row.url), delivered: result.delivered },
    writes: [],
    touched: [],
    result,
  }));
}

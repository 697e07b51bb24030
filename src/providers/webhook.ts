// Webhooks as the Standard Webhooks specification has them.

import { Webhook } from 'standardwebhooks';
import type { WebhookSender } from '../jobs/deps.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { type OutboundPolicy, webhookUrlSchema } from '../model/outbound.ts';
import { parseInput } from '../model/problems.ts';
import { webhookEventSchema } from '../model/webhook.ts';
import { unavailable } from './failure.ts';

/**
 * Posts to an address and gives the status of the answer, whose body nobody reads. It follows no
 * redirect, and connects to no private address if the operator does not allow it.
 */
export type Post = (
  url: URL,
  request: { headers: Record<string, string>; body: string },
  signal: AbortSignal,
) => Promise<number>;

/** @param policy addresses that it refuses are refused before anything is resolved */
export function createWebhookSender(post: Post, policy: OutboundPolicy): WebhookSender {
  const eventSchema = webhookEventSchema.extend({ url: webhookUrlSchema(policy) });
  return {
    async deliver(event, signal) {
      const parsed = parseInput(eventSchema, event, 'The webhook');
      const { url: address, secrets, id, timestamp, body } = parsed;
      const sign = (secret: string) => new Webhook(secret).sign(id, new Date(timestamp), body);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Sallyport',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(timestamp / 1000)),
        'webhook-signature': secrets.map(sign).join(' '),
      };
      const url = new URL(address);
      // Its path may be a secret of the receiver's.
      const receiver = `The webhook's receiver ${url.host}`;
      const limit = AbortSignal.timeout(limits.webhookMilliseconds);
      const status = await post(url, { headers, body }, AbortSignal.any([signal, limit])).catch(
        (error: unknown) => {
          throw unavailable(receiver, error);
        },
      );
      if (status >= 200 && status < 300) return;
      if (status === 410)
        throw new SallyportError('webhook_gone', `${receiver} answered 410: it wants no more.`, {
          wayOut: 'Remove the webhook, or make a new one.',
        });
      throw unavailable(receiver, new Error(`it answered ${status}`));
    },
  };
}

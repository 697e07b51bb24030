// webhook.get

import type { Webhook } from '../../model/outlet.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { readWebhook, webhookView } from './view.ts';

/** @throws SallyportError `not_found` */
export async function getWebhook(scope: TenantScope, id: string): Promise<Webhook> {
  requireWholeTenant(scope);
  const { row, head } = await readWebhook(scope, id);
  return webhookView(row, head, scope.services.now());
}

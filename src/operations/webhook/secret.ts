// The secrets of webhooks: sealed where they are kept, each bound to its webhook.

import type { webhooks } from '../../db/schema/tenant-outlets.ts';
import { toBase64 } from '../../model/encoding.ts';
import { limits } from '../../model/limits.ts';
import type { Services } from '../services.ts';

type Row = typeof webhooks.$inferSelect;

/** What a webhook's secret is sealed for. */
export function webhookPurpose(id: string): string {
  return `webhook ${id}`;
}

/** A new secret, for who is shown it and for the row. */
export async function newSecret({ keys, random }: Services, id: string) {
  const secret = `whsec_${toBase64(random(limits.webhookSecretBytes))}`;
  return { secret, sealed: await keys.sealer.seal(secret, webhookPurpose(id)) };
}

/** What signs now: the secret, and for a while the one before it. */
export async function secretsOf({ keys, now }: Services, row: Row): Promise<string[]> {
  const { id, secret, previousSecret, previousUntil } = row;
  const isPreviousGood = previousSecret !== null && (previousUntil ?? 0) > now();
  const sealed = isPreviousGood ? [secret, previousSecret] : [secret];
  return Promise.all(sealed.map((text) => keys.sealer.open(text, webhookPurpose(id))));
}

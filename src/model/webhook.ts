// A webhook of the Standard Webhooks specification, as far as it does not depend on the operator.

import { z } from 'zod';
import { fromBase64 } from './encoding.ts';
import { limits } from './limits.ts';

const { webhookSecretBytesLeast: least, webhookSecretBytesMost: most } = limits;

/** The key of the signature, in the form that receivers' libraries take. */
export const webhookSecretSchema = z.string().refine((text) => {
  const bytes = text.startsWith('whsec_') ? fromBase64(text.slice('whsec_'.length)) : undefined;
  return bytes !== undefined && bytes.length >= least && bytes.length <= most;
}, `must be whsec_ and ${least} to ${most} bytes in base64`);

export const webhookEventSchema = z.strictObject({
  /** Several while a secret is being replaced: each signs. */
  secrets: z.array(webhookSecretSchema).min(1).max(limits.webhookSecretsMost),
  /** The same for every attempt: receivers drop what they have seen. */
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be up to 64 letters, digits, _ or -'),
  /** Unix time of this attempt in milliseconds; receivers refuse what is five minutes off. */
  timestamp: z.int().min(0),
  /** JSON. */
  body: z.string().max(limits.webhookBodyLength),
});
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

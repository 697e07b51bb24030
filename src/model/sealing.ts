// The keys that seal secrets at rest, by their ids, and how much each of them seals.

import { z } from 'zod';
import { fromBase64Url } from './encoding.ts';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
import { databaseStateSchema } from './tenant.ts';

/** The id of the key that is derived from the root key. It opens for ever what it once sealed. */
export const rootSealingKey = 'root';

export interface SealingSecret {
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const keyPattern = /^([a-z0-9][a-z0-9_-]{0,31}):([A-Za-z0-9_-]{43})$/;

function secretOf(text: string): SealingSecret | undefined {
  const [, id = '', secret = ''] = keyPattern.exec(text) ?? [];
  const bytes = fromBase64Url(secret);
  return bytes?.length === 32 && id !== rootSealingKey ? { id, bytes } : undefined;
}

/** Such as `y2027:<43 characters>,y2026:<43 characters>`: the newest first, and it seals. */
export const sealingKeysSchema = z.string().transform((text, context): SealingSecret[] => {
  const parts = text.split(',').map((part) => part.trim());
  const keys = parts.flatMap((part) => secretOf(part) ?? []);
  const rule =
    keys.length < parts.length
      ? 'must be id:key between commas: an id of a-z, 0-9, - and _ that is not "root", and 32 ' +
        'random bytes in base64url, 43 characters'
      : parts.length > limits.sealingKeys
        ? `must be ${limits.sealingKeys} keys at most`
        : new Set(keys.map(({ id }) => id)).size < keys.length
          ? 'must not have two keys of one id'
          : undefined;
  if (rule !== undefined) context.addIssue(rule);
  return keys;
});

/** How many texts name a key. */
export const sealingKeyUseSchema = z.strictObject({
  id: z.string(),
  texts: z.int(),
  /** The `newest` seals; an `older` one opens; a `missing` one is not in the settings. */
  status: z.enum(['newest', 'older', 'missing']),
});
export type SealingKeyUse = z.infer<typeof sealingKeyUseSchema>;

/** What is sealed in one database. */
export const sealingSchema = z.strictObject({
  /** Null for the directory: it comes first. */
  tenantId: idSchema('tenant').nullable(),
  database: databaseStateSchema,
  /** Every key of the settings, and those that are missing; empty where nobody could look. */
  keys: z.array(sealingKeyUseSchema),
});
export type Sealing = z.infer<typeof sealingSchema>;

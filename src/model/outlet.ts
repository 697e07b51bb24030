// Where a tenant's log goes: webhooks and a syslog server, and how far each has come.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
import { operations } from './permissions.ts';
import { lineSchema } from './text.ts';
import { webhookSecretSchema } from './webhook.ts';
import { portSchema } from './wireguard.ts';

const timeSchema = z.iso.datetime();

export const outletStateSchema = z.strictObject({
  /** The revision that was delivered last, or that it begins behind. */
  cursor: z.int(),
  /** How many revisions it is behind. */
  lag: z.int(),
  /** Attempts in a row that failed, and since when. */
  failures: z.int(),
  failingSince: timeSchema.nullable(),
  lastError: z.string().nullable(),
  deliveredAt: timeSchema.nullable(),
});
export type OutletState = z.infer<typeof outletStateSchema>;

// Whether an address may be reached is the operator's word: see `webhookUrlSchema`.
const urlSchema = z.string().max(limits.urlLength);
const descriptionSchema = lineSchema(limits.descriptionLength);
const operationsSchema = z.array(z.enum(operations)).min(1).max(operations.length);
const batchSchema = z.int().min(1).max(limits.webhookBatchMost);

export const webhookSchema = z.strictObject({
  id: idSchema('webhook'),
  url: z.string(),
  description: z.string(),
  /** What it is told of; null for everything. */
  operations: operationsSchema.nullable(),
  /** How many revisions it takes in one request. */
  batch: z.int(),
  enabled: z.boolean(),
  /** Until when the secret before this one signs as well. */
  previousSecretUntil: timeSchema.nullable(),
  state: outletStateSchema,
  revision: z.int(),
  createdAt: timeSchema,
});
export type Webhook = z.infer<typeof webhookSchema>;

export const createWebhookSchema = z.strictObject({
  url: urlSchema,
  description: descriptionSchema.optional(),
  operations: operationsSchema.nullable().optional(),
  batch: batchSchema.optional(),
});
export type CreateWebhook = z.infer<typeof createWebhookSchema>;

/** What is left out stays as it is. */
export const updateWebhookSchema = z.strictObject({
  url: urlSchema.optional(),
  description: descriptionSchema.optional(),
  operations: operationsSchema.nullable().optional(),
  batch: batchSchema.optional(),
  enabled: z.boolean().optional(),
  /** Makes a new secret. The one before signs as well for a day. */
  rotateSecret: z.literal(true).optional(),
});
export type UpdateWebhook = z.infer<typeof updateWebhookSchema>;

/** A webhook and the secret that was just made for it, which is shown here and never again. */
export const issuedWebhookSchema = z.strictObject({
  webhook: webhookSchema,
  /** Null where none was made. */
  secret: webhookSecretSchema.nullable(),
});
export type IssuedWebhook = z.infer<typeof issuedWebhookSchema>;

export const testedWebhookSchema = z.strictObject({
  delivered: z.boolean(),
  /** What the receiver answered, or why there was no answer. */
  answer: z.string(),
});
export type TestedWebhook = z.infer<typeof testedWebhookSchema>;

export const syslogSchema = z.strictObject({
  host: z.string(),
  port: z.int(),
  caPem: z.string().nullable(),
  enabled: z.boolean(),
  state: outletStateSchema,
  revision: z.int(),
});
export type Syslog = z.infer<typeof syslogSchema>;

// Host and authority are looked at as the operator allows: see `syslogTargetSchema`.
export const setSyslogSchema = z.strictObject({
  host: z.string().max(limits.hostnameLength),
  port: portSchema.default(6514),
  /** The only authorities to trust, in place of the public ones. */
  caPem: z.string().max(limits.authorityPemLength).nullable().default(null),
  enabled: z.boolean().default(true),
});
export type SetSyslog = z.infer<typeof setSyslogSchema>;

// Quotas: limits that cost nothing. The operator has defaults and may set others for a tenant.

import { z } from 'zod';

/** What is counted, and over which key: nothing, a user, a UTC day or a UTC month. */
export const quotaNames = [
  'gateways',
  'users',
  'devices',
  'devicesPerUser',
  'linksPerDay',
  'jobsInFlight',
  'apiRequestsPerMinute',
  'bytesPerMonth',
  'bytesPerUserPerMonth',
] as const;
export type QuotaName = (typeof quotaNames)[number];

/** The most of each; a quota that is set lies between 0 and 2^53 - 1. */
export type Quotas = Readonly<Record<QuotaName, number>>;

/** No limit, in effect. */
const noLimit = Number.MAX_SAFE_INTEGER;

export const defaultQuotas: Quotas = {
  gateways: 256,
  users: 10_000,
  devices: 50_000,
  devicesPerUser: 100,
  linksPerDay: 5_000,
  jobsInFlight: 10_000,
  apiRequestsPerMinute: 3_000,
  bytesPerMonth: noLimit,
  bytesPerUserPerMonth: noLimit,
};

const mostSchema = z.int().min(0);
export const quotasSchema = z.strictObject({
  gateways: mostSchema,
  users: mostSchema,
  devices: mostSchema,
  devicesPerUser: mostSchema,
  linksPerDay: mostSchema,
  jobsInFlight: mostSchema,
  apiRequestsPerMinute: mostSchema.min(10),
  bytesPerMonth: mostSchema,
  bytesPerUserPerMonth: mostSchema,
}) satisfies z.ZodType<Quotas>;

const change = <T extends z.ZodType>(most: T) => most.nullable().optional();
const { shape } = quotasSchema;
/** What the operator sets for a tenant; null goes back to the usual, what is left out stays. */
export const setQuotasSchema = z.strictObject({
  gateways: change(shape.gateways),
  users: change(shape.users),
  devices: change(shape.devices),
  devicesPerUser: change(shape.devicesPerUser),
  linksPerDay: change(shape.linksPerDay),
  jobsInFlight: change(shape.jobsInFlight),
  apiRequestsPerMinute: change(shape.apiRequestsPerMinute),
  bytesPerMonth: change(shape.bytesPerMonth),
  bytesPerUserPerMonth: change(shape.bytesPerUserPerMonth),
});
export type SetQuotas = z.infer<typeof setQuotasSchema>;

const shareSchema = z.number().min(0);

/** A quota as the API shows it. */
export const quotaSchema = z.strictObject({
  name: z.enum(quotaNames),
  /**
   * What is used up: at present, or in this day or month (UTC). Of a quota per user, by the user
   * who has used most. Null for what is not counted in the database.
   */
  used: z.int().nullable(),
  /** 9007199254740991 (2^53 - 1) is no limit. */
  most: z.int(),
  /** Used of most; 1 and above: used up. */
  share: shareSchema.nullable(),
  /** Whether it is nearly used up: from 80 % on. */
  warning: z.boolean(),
  /** Whether it is the usual limit and not one that the operator set for this tenant. */
  isDefault: z.boolean(),
  /** Of a quota per user: the users who have used most. */
  heaviest: z
    .array(z.strictObject({ userId: z.string(), used: z.int(), share: shareSchema }))
    .optional(),
});
export type Quota = z.infer<typeof quotaSchema>;

/** From here on a quota is said to be nearly used up. */
export const quotaWarningShare = 0.8;

/** How much of a quota is used; nothing of one without a limit. */
export function shareOf(used: number, most: number): number {
  if (most === 0) return 1;
  return Math.round((used / most) * 10_000) / 10_000;
}

/** The UTC day of a time in Unix milliseconds, such as 2026-11-26. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The UTC month, such as 2026-11. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** The key under which a quota is counted for a user, a day or a month; empty for those without. */
export function usageKey(name: QuotaName, at: number, userId = ''): string {
  if (name === 'linksPerDay') return dayOf(at);
  if (name === 'bytesPerMonth') return monthOf(at);
  if (name === 'bytesPerUserPerMonth') return `${userId} ${monthOf(at)}`;
  return name === 'devicesPerUser' ? userId : '';
}

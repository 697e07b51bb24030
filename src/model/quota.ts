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

export const defaultQuotas: Quotas = {
  gateways: 256,
  users: 10_000,
  devices: 50_000,
  devicesPerUser: 100,
  linksPerDay: 5_000,
  jobsInFlight: 10_000,
  apiRequestsPerMinute: 3_000,
  bytesPerMonth: Number.MAX_SAFE_INTEGER,
  bytesPerUserPerMonth: Number.MAX_SAFE_INTEGER,
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

/** From here on a quota is said to be nearly used up. */
export const quotaWarningShare = 0.8;

/** The UTC day of a time in Unix milliseconds, such as 2026-11-26. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The UTC month, such as 2026-11. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

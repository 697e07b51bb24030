// Counts what a change uses up, and refuses what would go beyond a quota. It runs while the change
// is decided, and its writes are part of the change's batch: whoever counted meanwhile took the
// revision, and this one counts again.

import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { NewJob } from '../../db/queue.ts';
import { quotas, usage } from '../../db/schema/tenant.ts';
import { SallyportError } from '../../model/errors.ts';
import type { QuotaName } from '../../model/quota.ts';
import type { TenantScope } from '../services.ts';
import { enqueueNotice, noticesOf } from './notice.ts';

export interface UsageChange {
  name: QuotaName;
  /** See `usageKey`; empty when left out. */
  key?: string;
  /** Below zero gives back. Zero asks that something is left, and uses none of it. */
  add: number;
}

const bytesWayOut =
  'Wait until next month (UTC): until then there are no new devices, credentials and links, ' +
  'while tunnels stay up';

const waysOut: Record<QuotaName, string> = {
  gateways: 'Delete a gateway that is not used',
  users: 'Delete users who have left',
  devices: 'Revoke devices that are not used',
  devicesPerUser: 'Revoke a device of this user that is not used',
  linksPerDay: 'Wait until tomorrow (UTC)',
  jobsInFlight: 'Wait until mails and other effects have gone out',
  apiRequestsPerMinute: 'Wait a minute',
  bytesPerMonth: bytesWayOut,
  bytesPerUserPerMonth: bytesWayOut,
};

/** What can be done about a quota that is used up, as a sentence. */
export function quotaWayOut(name: QuotaName): string {
  return `${waysOut[name]}, or ask the operator of this control plane for more.`;
}

/** @param used what is used up so far */
export function quotaReached(name: QuotaName, used: number, most: number): SallyportError {
  return new SallyportError(
    'quota_reached',
    `The quota "${name}" is used up: ${used} of ${most}.`,
    {
      wayOut: quotaWayOut(name),
      problems: [{ field: name, rule: `must be at most ${most}` }],
    },
  );
}

/** An array of pairs: name and key. */
const wanted = sql`json_each(${sql.placeholder('wanted')}) as wanted`;
const wantedName = sql`wanted.value ->> 0`;
const usageOf = prepared((build) =>
  build
    .select(getTableColumns(usage))
    .from(wanted)
    .innerJoin(usage, and(eq(usage.name, wantedName), eq(usage.key, sql`wanted.value ->> 1`))),
);
const quotasOf = prepared((build) =>
  build.select(getTableColumns(quotas)).from(wanted).innerJoin(quotas, eq(quotas.name, wantedName)),
);

/** How much is used and how much may be, of each; a missing row is nothing used, or the usual. */
export async function readUsage(
  { db, services }: TenantScope,
  asked: readonly { name: QuotaName; key?: string }[],
): Promise<{ name: QuotaName; key: string; used: number; most: number }[]> {
  if (asked.length === 0) return [];
  const pairs = asked.map(({ name, key = '' }) => [name, key]);
  const values = { wanted: JSON.stringify(pairs) };
  const [rows, set] = await db.run(usageOf(values), quotasOf(values));
  return asked.map(({ name, key = '' }) => ({
    name,
    key,
    used: rows.find((row) => row.name === name && row.key === key)?.value ?? 0,
    most: set.find((row) => row.name === name)?.most ?? services.quotas[name],
  }));
}

const addUsage = prepared((build) =>
  build
    .insert(usage)
    .values({
      name: sql.placeholder('name'),
      key: sql.placeholder('key'),
      value: sql.placeholder('add'),
    })
    .onConflictDoUpdate({
      target: [usage.name, usage.key],
      set: { value: sql`${usage.value} + ${sql.placeholder('add')}` },
    }),
);

/**
 * The writes that count the changes, and the notices of what is nearly used up by them.
 * @throws SallyportError `quota_reached`
 */
export async function countUsage(
  scope: TenantScope,
  changes: readonly UsageChange[],
): Promise<{ writes: Query[]; notices: NewJob[] }> {
  const asked = changes.filter(({ add }) => add >= 0);
  const notices: NewJob[] = [];
  for (const { name, key, used, most } of await readUsage(scope, asked)) {
    const add = asked.find((one) => one.name === name && (one.key ?? '') === key)?.add ?? 0;
    if (add === 0 ? used >= most : used + add > most) throw quotaReached(name, used, most);
    notices.push(...noticesOf(scope.services, name, { before: used, after: used + add, most }));
  }
  const writes = changes
    .filter(({ add }) => add !== 0)
    .map(({ name, key = '', add }) => addUsage({ name, key, add }));
  return { writes: [...writes, ...notices.map((job) => enqueueNotice(scope.db, job))], notices };
}

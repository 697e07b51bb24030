// How far an outlet has come, as the API shows it.

import { max } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { revisions } from '../db/schema/tenant.ts';
import type { syslog } from '../db/schema/tenant-outlets.ts';
import type { OutletState } from '../model/outlet.ts';

type Row = Pick<
  typeof syslog.$inferSelect,
  'cursor' | 'failures' | 'failingSince' | 'lastError' | 'deliveredAt'
>;

/** State of an outlet that has just been made or pointed elsewhere. */
export const freshState = { failures: 0, failingSince: null, lastError: null } as const;

/** The newest revision; for a batch. */
export function headQuery({ build }: Database) {
  return build.select({ head: max(revisions.number) }).from(revisions);
}

export function timeView(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export function stateView(row: Row, head: number): OutletState {
  const { cursor, failures, failingSince, lastError, deliveredAt } = row;
  return {
    cursor,
    lag: Math.max(0, head - cursor),
    failures,
    failingSince: timeView(failingSince),
    lastError,
    deliveredAt: timeView(deliveredAt),
  };
}

import type { links } from '../../db/schema/tenant.ts';
import type { Link } from '../../model/device.ts';

export type LinkRow = typeof links.$inferSelect;

/** @param now Unix time in milliseconds */
export function linkStatus(row: LinkRow, now: number): Link['status'] {
  if (row.usedAt !== null) return 'used';
  if (row.revokedAt !== null) return 'revoked';
  return row.expiresAt <= now ? 'expired' : 'open';
}

/** A link as the API shows it. */
export function linkView(row: LinkRow, now: number): Link {
  return {
    id: row.id,
    deviceId: row.deviceId,
    kind: row.kind,
    status: linkStatus(row, now),
    expiresAt: new Date(row.expiresAt).toISOString(),
    usedAt: row.usedAt === null ? null : new Date(row.usedAt).toISOString(),
    createdAt: new Date(row.createdAt).toISOString(),
  };
}

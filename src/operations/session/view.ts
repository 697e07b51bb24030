import type { sessions } from '../../db/schema/directory.ts';
import { isTwoFactors } from '../../model/account.ts';
import type { Session } from '../../model/sign-in.ts';

export type SessionRow = typeof sessions.$inferSelect;

/** When a session ends if it is not used again, and at the latest. */
function isoOf(time: number): string {
  return new Date(time).toISOString();
}

/** A session as the API shows it. */
export function sessionView(row: SessionRow, currentId: string): Session {
  const { id, methods, tenantId, address, userAgent } = row;
  return {
    id,
    methods,
    twoFactors: isTwoFactors(methods),
    tenantId,
    createdAt: isoOf(row.createdAt),
    seenAt: isoOf(row.seenAt),
    expiresAt: isoOf(row.expiresAt),
    address: address || null,
    userAgent: userAgent || null,
    current: id === currentId,
  };
}

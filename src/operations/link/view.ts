import type { links } from '../../db/schema/tenant.ts';
import type { mails } from '../../db/schema/tenant-outlets.ts';
import type { Link } from '../../model/link.ts';

export type LinkRow = typeof links.$inferSelect;
export type MailRow = Pick<typeof mails.$inferSelect, 'recipient' | 'status' | 'error' | 'sentAt'>;

/** @param now Unix time in milliseconds */
export function linkStatus(row: LinkRow, now: number): Link['status'] {
  if (row.usedAt !== null) return 'used';
  if (row.revokedAt !== null) return 'revoked';
  return row.expiresAt !== null && row.expiresAt <= now ? 'expired' : 'open';
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** A link as the API shows it. @param mail what brought it, if a mail did */
export function linkView(row: LinkRow, mail: MailRow | undefined, now: number): Link {
  return {
    id: row.id,
    kind: row.kind,
    deviceId: row.deviceId,
    userId: row.userId,
    status: linkStatus(row, now),
    mail: mail
      ? {
          to: mail.recipient,
          status: mail.status,
          error: mail.error,
          sentAt: timeOf(mail.sentAt),
        }
      : null,
    openedAt: timeOf(row.openedAt),
    usedAt: timeOf(row.usedAt),
    expiresAt: timeOf(row.expiresAt),
    createdAt: new Date(row.createdAt).toISOString(),
  };
}

/** Whose it is, for the log. */
export function subjectOf({
  deviceId,
  userId,
}: LinkRow): { deviceId: string } | { userId: string } {
  return deviceId === null ? { userId: userId ?? '' } : { deviceId };
}

// prune: deletes what nobody needs to see any more, a bounded batch at a time, every day.
//
// It is housekeeping and no change: what a tenant wants stays the same. No document of a gateway
// holds these rows, and the log of revisions says for ever that a link was made and used. So it
// bypasses the revisions, as the reports do that it deletes.

import { and, eq, inArray, lt, lte, notExists, or, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { deleteDeadJobs } from '../../db/queue.ts';
import { devices, idempotencyKeys, links, quotaNotices, usage } from '../../db/schema/tenant.ts';
import { gatewayReports, peerTraffic } from '../../db/schema/tenant-observed.ts';
import { mails } from '../../db/schema/tenant-outlets.ts';
import { limits } from '../../model/limits.ts';
import { monthOf } from '../../model/quota.ts';
import type { Handler } from '../deps.ts';

const dayMilliseconds = 24 * 3_600_000;
const most = limits.pruneRowsPerBatch;

/** Links that were used, were revoked or expired long ago, whichever was first. */
function deleteEndedLinks({ build }: Database, now: number) {
  const limit = now - limits.endedLinkKeptDays * dayMilliseconds;
  const ended = or(
    lte(links.usedAt, limit),
    lte(links.revokedAt, limit),
    lte(links.expiresAt, limit),
  );
  const old = build.select({ id: links.id }).from(links).where(ended).limit(most);
  return build.delete(links).where(inArray(links.id, old)).returning({ id: links.id });
}

function deleteOldReports({ build }: Database, now: number) {
  const limit = now - limits.reportKeptDays * dayMilliseconds;
  const { gatewayId, reportedAt } = gatewayReports;
  const query = build.select({ gatewayId }).from(gatewayReports);
  const old = query.where(lte(reportedAt, limit)).limit(most);
  return build.delete(gatewayReports).where(inArray(gatewayId, old)).returning({ id: gatewayId });
}

/** Answers that a repeated request would get; after this time it counts as a new one. */
function forgetAnswers({ build }: Database, now: number) {
  const { hash, createdAt } = idempotencyKeys;
  const limit = now - limits.idempotencyKeptHours * 3_600_000;
  const query = build.select({ hash }).from(idempotencyKeys);
  const old = query.where(lte(createdAt, limit)).limit(most);
  return build.delete(idempotencyKeys).where(inArray(hash, old)).returning({ hash });
}

/** Addresses and subjects of mails, whatever became of them. */
function deleteOldMails({ build }: Database, now: number) {
  const limit = now - limits.mailKeptDays * dayMilliseconds;
  const query = build.select({ id: mails.id }).from(mails);
  const old = query.where(lte(mails.createdAt, limit)).limit(most);
  return build.delete(mails).where(inArray(mails.id, old)).returning({ id: mails.id });
}

/** Traffic of devices that do not exist. A revoked device does. */
function deleteOrphanedTraffic({ build }: Database) {
  const { deviceId } = peerTraffic;
  const owner = build.select({ id: devices.id }).from(devices).where(eq(devices.id, deviceId));
  const query = build.select({ rowid: sql`${peerTraffic}.rowid` }).from(peerTraffic);
  const orphans = query.where(notExists(owner)).limit(most);
  return build.delete(peerTraffic).where(inArray(sql`rowid`, orphans)).returning({ id: deviceId });
}

/** What was used in days and months that nobody asks about any more, and what was said of it. */
function deleteOldUsage({ build }: Database, now: number) {
  const before = (months: number) => monthOf(now - months * 31 * dayMilliseconds);
  const old = or(
    and(
      inArray(usage.name, ['linksPerDay', 'bytesPerMonth']),
      lt(usage.key, before(limits.usageKeptMonths)),
    ),
    and(
      eq(usage.name, 'bytesPerUserPerMonth'),
      lt(sql`substr(${usage.key}, -7)`, before(limits.userUsageKeptMonths)),
    ),
  );
  const query = build.select({ rowid: sql`${usage}.rowid` }).from(usage);
  const rows = query.where(old).limit(most);
  return build.delete(usage).where(inArray(sql`rowid`, rows)).returning({ id: usage.key });
}

function deleteOldNotices({ build }: Database, now: number) {
  const limit = now - limits.usageKeptMonths * 31 * dayMilliseconds;
  const old = build.delete(quotaNotices).where(lte(quotaNotices.at, limit));
  return old.returning({ id: quotaNotices.name });
}

export const prune: Handler = async (_payload, { db, now }) => {
  const batches = await db.run(
    deleteEndedLinks(db, now()),
    deleteOldReports(db, now()),
    deleteOrphanedTraffic(db),
    deleteOldUsage(db, now()),
    deleteOldNotices(db, now()),
    deleteDeadJobs(db, now() - limits.deadJobKeptDays * dayMilliseconds),
    forgetAnswers(db, now()),
    deleteOldMails(db, now()),
  );
  const isMore = batches.some((rows) => rows.length === most);
  return { repeatAt: isMore ? now() : now() + limits.pruneEveryMilliseconds };
};

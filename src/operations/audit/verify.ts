// audit.verify: walks along the log, a bounded number of revisions at a time, and finds the first
// that is not as it was written. Two things vouch for it: each revision's hash for the one before,
// and the anchors, which take a key that is not in the database.

import { and, asc, eq, gte, lt, lte, max, min, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { anchors, devices, gateways, revisions, tenant } from '../../db/schema/tenant.ts';
import { syslog, webhooks } from '../../db/schema/tenant-outlets.ts';
import { groups, users } from '../../db/schema/tenant-people.ts';
import type { Fault, Verification } from '../../model/audit.ts';
import { limits } from '../../model/limits.ts';
import { chainStart, faultOf, type Link } from '../../pki/audit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { numberOf, readRaw } from './raw.ts';

async function readEnds(db: Database): Promise<{ lowest: number; head: number }> {
  const { number } = revisions;
  const [[ends]] = await db.run(
    db.build
      .select({
        lowest: sql`cast(${min(number)} as text)`,
        head: sql`cast(${max(number)} as text)`,
      })
      .from(revisions),
  );
  return { lowest: numberOf(ends?.lowest), head: numberOf(ends?.head) };
}

/** The highest number that the rest of the database has heard of. */
async function highestElsewhere({ build, run }: Database): Promise<number> {
  const found = await run(
    build.select({ n: max(users.createdRevision) }).from(users),
    build.select({ n: max(gateways.createdRevision) }).from(gateways),
    build.select({ n: max(devices.createdRevision) }).from(devices),
    build.select({ n: max(groups.createdRevision) }).from(groups),
    build.select({ n: max(webhooks.cursor) }).from(webhooks),
    build.select({ n: max(syslog.cursor) }).from(syslog),
    build.select({ n: max(tenant.revision) }).from(tenant),
    // An anchor is written with the revision after the one that it vouches for.
    build.select({ n: sql<number>`${max(anchors.number)} + 1` }).from(anchors),
  );
  return Math.max(...found.map(([row]) => row?.n ?? 0));
}

/** Where a walk from this revision on begins. */
async function startOf(db: Database, from: number): Promise<Link | Fault> {
  if (from === 1) return chainStart;
  const [row] = await readRaw(db, from - 1, 1);
  if (row?.number !== from - 1) return { number: from - 1, what: 'missing' };
  if (!row.revision) return { number: from - 1, what: 'altered' };
  return { number: from - 1, hash: row.revision.hash };
}

/** The rows of anchors, each beside the revision that repeats it. */
async function checkAnchors(
  db: Database,
  from: number,
  to: number,
): Promise<{ count: number; fault: Fault | undefined }> {
  const repeated = and(
    eq(revisions.number, sql`${anchors.number} + 1`),
    eq(revisions.operation, 'audit.anchor'),
  );
  const inSummary = (field: string) => sql`json_extract(${revisions.summary}, ${`$.${field}`})`;
  const agrees = sql<number>`coalesce(
    ${inSummary('number')} = ${anchors.number} and ${inSummary('hash')} = ${anchors.hash}
    and ${inSummary('signature')} = ${anchors.signature}
    and ${revisions.at} = ${anchors.at}, 0)`;
  const within = and(gte(anchors.number, from - 1), lt(anchors.number, to));
  const own = and(
    gte(revisions.number, from),
    lte(revisions.number, to),
    eq(revisions.operation, 'audit.anchor'),
  );
  const [rows, written] = await db.run(
    db.build
      .select({ number: anchors.number, agrees })
      .from(anchors)
      .leftJoin(revisions, repeated)
      .where(within)
      .orderBy(asc(anchors.number)),
    db.build.select({ number: revisions.number }).from(revisions).where(own),
  );
  const kept = new Set(rows.filter((row) => row.agrees === 1).map(({ number }) => number));
  const strange = rows.find((row) => row.agrees !== 1)?.number;
  const lost = written.find(({ number }) => !kept.has(number - 1));
  const first = Math.min(strange ?? Infinity, lost ? lost.number - 1 : Infinity);
  const fault = first === Infinity ? undefined : { number: first, what: 'anchor' as const };
  return { count: kept.size, fault };
}

/** Walks from a link on until the log, or what may be done at once, is at its end. */
async function walk(scope: TenantScope, start: Link) {
  const { db, services, tenantId } = scope;
  const { publicKey } = services.keys.state;
  const last = start.number + limits.verifyRevisionsPerCall;
  let link = start;
  while (link.number < last) {
    const most = Math.min(limits.verifyRevisionsPerRead, last - link.number);
    const rows = await readRaw(db, link.number + 1, most);
    for (const { number, revision } of rows) {
      const fault = await faultOf(link, number, revision, tenantId, publicKey);
      if (fault) return { link, fault };
      link = { number, hash: revision?.hash ?? '' };
    }
    if (rows.length === 0) break;
  }
  return { link, fault: undefined };
}

async function check(scope: TenantScope, from: number, lowest: number, head: number) {
  const { db } = scope;
  const start = await startOf(db, from);
  if ('what' in start) return { to: from - 1, anchors: 0, fault: start };
  const { link, fault } = await walk(scope, start);
  const to = link.number;
  const anchored = await checkAnchors(db, from, to);
  const found = [fault, anchored.fault].filter((one) => one !== undefined);
  if (lowest < 1 && head !== 0) found.push({ number: lowest, what: 'altered' });
  if (found.length === 0 && to >= head && (await highestElsewhere(db)) > head)
    found.push({ number: head + 1, what: 'cut_off' });
  const first = found.sort((a, b) => a.number - b.number)[0];
  return { to, anchors: anchored.count, fault: first ?? null };
}

/** @param from the first revision to check; the one before it is trusted */
export async function verifyRevisions(scope: TenantScope, from: number): Promise<Verification> {
  requireWholeTenant(scope);
  const { kid, publicKey } = scope.services.keys.state;
  const { lowest, head } = await readEnds(scope.db);
  const { to, anchors: count, fault } = await check(scope, from, lowest, head);
  const verified = Math.max(0, to - from + 1);
  return { verified, from, to, head, anchors: count, fault, key: { kid, publicKey } };
}

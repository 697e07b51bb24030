// audit.list, newest first. A page costs the same wherever in the log it is: each filter has its
// index, whose entries of one value stand in the order of the revisions.

import { and, desc, eq, gt, gte, lt, lte, type SQL, sql } from 'drizzle-orm';
import { revisions } from '../../db/schema/tenant.ts';
import { type AuditFilter, operationsNamed } from '../../model/audit.ts';
import { limits } from '../../model/limits.ts';
import type { Operation } from '../../model/permissions.ts';
import type { Revision } from '../../model/revision.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { revisionView } from './view.ts';

const { number, at } = revisions;

/**
 * Between which revisions a span of time must lie. Clocks of several processes differ, so times are
 * not quite in the order of the numbers; the rest is filtered row by row.
 */
function within({ from, to }: AuditFilter): (SQL | undefined)[] {
  const slack = limits.auditClockSlackMilliseconds;
  const conditions: (SQL | undefined)[] = [];
  if (from !== undefined) {
    const since = Date.parse(from);
    const before = sql`select ${number} from ${revisions} where ${lt(at, since - slack)}
      order by ${at} desc limit 1`;
    // The plus keeps the index of times out of it: it would have to be sorted.
    conditions.push(gte(sql`+${at}`, since), gt(number, sql`coalesce((${before}), 0)`));
  }
  if (to !== undefined) {
    const until = Date.parse(to);
    const after = sql`select ${number} from ${revisions} where ${gt(at, until + slack)}
      order by ${at} limit 1`;
    const none = Number.MAX_SAFE_INTEGER;
    conditions.push(lte(sql`+${at}`, until), lt(number, sql`coalesce((${after}), ${none})`));
  }
  return conditions;
}

export async function listRevisions(
  scope: TenantScope,
  { operation, actor, subject, ...rest }: Page & AuditFilter,
): Promise<Listing<Revision>> {
  requireWholeTenant(scope);
  const { db } = scope;
  const before = rest.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(rest.cursor);
  const common = and(
    lt(number, before),
    actor === undefined ? undefined : eq(revisions.actor, actor),
    subject === undefined ? undefined : eq(revisions.subject, subject),
    ...within(rest),
  );
  const pageOf = (own?: SQL) =>
    db.build
      .select()
      .from(revisions)
      .where(and(own, common))
      .orderBy(desc(number))
      .limit(rest.limit + 1);
  // Of several operations each gives a page, of which the newest rows are the page of all.
  const names = operation === undefined ? [] : operationsNamed(operation);
  const [first, ...others] = names.map((name) =>
    pageOf(eq(revisions.operation, name as Operation)),
  );
  const pages = await db.run(first ?? pageOf(), ...others);
  const rows = pages.flat().sort((a, b) => b.number - a.number);
  return paged(rows.slice(0, rest.limit + 1), rest, (row) => row.number, revisionView);
}

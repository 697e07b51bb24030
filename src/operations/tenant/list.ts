// tenant.list, for the operator: which tenants there are, and whether their databases are in order.

import { asc, count, desc, eq, gt } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { tenants } from '../../db/schema/directory.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { DatabaseState, TenantEntry } from '../../model/tenant.ts';
import type { Listing } from '../page.ts';
import type { Caller, Services } from '../services.ts';

export interface TenantPage {
  limit: number;
  /** The id of the last tenant of the page before. */
  cursor?: string | undefined;
}

type State = Pick<TenantEntry, 'database' | 'deadJobs'>;

async function readDeadJobs(db: Database): Promise<State['deadJobs']> {
  const dead = eq(jobs.status, 'dead');
  const query = db.build.select({ kind: jobs.kind, lastError: jobs.lastError }).from(jobs);
  const [[found], newest] = await db.run(
    db.build.select({ count: count() }).from(jobs).where(dead),
    query.where(dead).orderBy(desc(jobs.dueAt)).limit(limits.deadJobsShown),
  );
  const errors = newest.map(({ kind, lastError }) => `${kind}: ${lastError ?? 'unknown'}`);
  return { count: found?.count ?? 0, errors };
}

/**
 * What is wrong with a database that could not be read.
 * @throws the error itself when it is none of a database
 */
export function faultOf(error: unknown): DatabaseState {
  if (!(error instanceof SallyportError)) throw error;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const status = error.code === 'busy' ? 'away' : 'broken';
  return { status, fault: error.message + cause };
}

async function stateOf(services: Services, tenantId: string): Promise<State> {
  const none = { count: 0, errors: [] };
  try {
    const db = await services.tenants.open(tenantId);
    const deadJobs = db ? await readDeadJobs(db) : none;
    return { database: { status: 'ready', fault: null }, deadJobs };
  } catch (error) {
    return { database: faultOf(error), deadJobs: none };
  }
}

/** Opens the database of every tenant of the page, so a page is small. */
export async function listTenants(
  { services }: Caller,
  { limit, cursor = '' }: TenantPage,
): Promise<Listing<TenantEntry>> {
  const { directory } = services;
  const [rows] = await directory.run(
    directory.build
      .select()
      .from(tenants)
      .where(gt(tenants.id, cursor))
      .orderBy(asc(tenants.id))
      .limit(limit + 1),
  );
  const shown = rows.slice(0, limit);
  const items = await Promise.all(
    shown.map(async ({ id, slug, name, status, createdAt }) => ({
      id,
      slug,
      name,
      status,
      ...(await stateOf(services, id)),
      createdAt: new Date(createdAt).toISOString(),
    })),
  );
  return { items, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

// What all changes of a tenant's own row have in common.

import { desc } from 'drizzle-orm';
import { revisions, tenant } from '../../db/schema/tenant.ts';
import { notFound } from '../../model/errors.ts';
import type { Operation } from '../../model/permissions.ts';
import type { Summary } from '../../model/revision.ts';
import type { Tenant } from '../../model/tenant.ts';
import { commit, type Outcome } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import { requireMatch } from '../scope.ts';
import type { TenantScope } from '../services.ts';
import { mirrorLater, tellOfTenant } from './mirror.ts';
import { type TenantRow, tenantView } from './view.ts';

/** The tenant's row, and the number of its newest revision. */
export async function readTenant({ db, tenantId }: TenantScope) {
  const [[row], [head]] = await db.run(
    db.build.select().from(tenant),
    db.build
      .select({ number: revisions.number })
      .from(revisions)
      .orderBy(desc(revisions.number))
      .limit(1),
  );
  if (!row) throw notFound('tenant', tenantId);
  return { row, head: head?.number ?? 0 };
}

/** What becomes of the row, for the log, and what has to be written besides. */
export interface RowChange {
  set: Partial<Pick<TenantRow, 'name' | 'status' | 'deleteAt' | 'policy'>>;
  summary: Summary;
  writes?: Outcome<Tenant>['writes'];
  jobs?: Outcome<Tenant>['jobs'];
  /** Gateways that are told. */
  touched?: string[];
}

/** Somebody else has done it meanwhile. */
class Unchanged {
  readonly tenant: Tenant;
  constructor(tenant: Tenant) {
    this.tenant = tenant;
  }
}

/**
 * Changes the tenant's row. Where there is nothing to do, nothing is written.
 * @param decide says what changes; undefined when the row is so already
 */
export async function changeTenant(
  scope: TenantScope,
  operation: Operation,
  decide: (
    row: TenantRow,
    number: number,
  ) => Promise<RowChange | undefined> | RowChange | undefined,
): Promise<Tenant> {
  const { db, tenantId } = scope;
  requireWholeTenant(scope);
  const decideNow = async (number: number) => {
    const { row, head } = await readTenant(scope);
    requireMatch(scope, row.revision);
    const change = await decide(row, number);
    if (!change) throw new Unchanged(tenantView(row, head));
    return { row, ...change };
  };
  try {
    const changed = await commit(scope, operation, async (number) => {
      const { row, set, summary, writes = [], jobs = [], touched = [] } = await decideNow(number);
      const update = db.build.update(tenant).set({ ...set, revision: number });
      return {
        subject: tenantId,
        summary,
        writes: [update, ...writes, mirrorLater(scope)],
        jobs,
        touched,
        result: tenantView({ ...row, ...set, revision: number }, number),
      };
    });
    await tellOfTenant(scope);
    return changed;
  } catch (error) {
    if (error instanceof Unchanged) return error.tenant;
    throw error;
  }
}

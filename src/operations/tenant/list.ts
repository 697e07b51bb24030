// tenant.list, for the operator: which tenants there are, and whether their databases are in order.

import { asc, gt } from 'drizzle-orm';
import { tenants } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import type { TenantEntry } from '../../model/tenant.ts';
import type { Listing } from '../page.ts';
import type { Caller, Services } from '../services.ts';

export interface TenantPage {
  limit: number;
  /** The id of the last tenant of the page before. */
  cursor?: string | undefined;
}

async function stateOf(services: Services, tenantId: string): Promise<TenantEntry['database']> {
  try {
    await services.tenants.open(tenantId);
    return { status: 'ready', fault: null };
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { status: error.code === 'busy' ? 'away' : 'broken', fault: error.message + cause };
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
      database: await stateOf(services, id),
      createdAt: new Date(createdAt).toISOString(),
    })),
  );
  return { items, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

import type { tenant } from '../../db/schema/tenant.ts';
import type { Tenant } from '../../model/tenant.ts';

/** A tenant as the API shows it. */
export function tenantView(row: typeof tenant.$inferSelect, revision: number): Tenant {
  const { id, slug, name, ula } = row;
  return { id, slug, name, ula, revision, createdAt: new Date(row.createdAt).toISOString() };
}

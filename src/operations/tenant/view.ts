import type { tenant } from '../../db/schema/tenant.ts';
import { defaultPolicy } from '../../model/policy.ts';
import type { Tenant } from '../../model/tenant.ts';

export type TenantRow = typeof tenant.$inferSelect;

/** A tenant as the API shows it. */
export function tenantView(row: TenantRow, head: number): Tenant {
  const { id, slug, name, ula, status, policy, revision, deleteAt } = row;
  return {
    id,
    slug,
    name,
    ula,
    status,
    deleteAt: deleteAt === null ? null : new Date(deleteAt).toISOString(),
    policy: { ...defaultPolicy, ...policy },
    revision,
    head,
    createdAt: new Date(row.createdAt).toISOString(),
  };
}

// quota.set, for the operator: other limits than the usual ones, or the usual ones again.

import { eq } from 'drizzle-orm';
import { quotas } from '../../db/schema/tenant.ts';
import { type Quota, quotaNames, type SetQuotas } from '../../model/quota.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { getQuotas } from './get.ts';

/** What is used up already may be more than a new limit: then nothing more is given, no less. */
export async function setQuotas(scope: TenantScope, input: SetQuotas): Promise<Quota[]> {
  const { db, services, tenantId } = scope;
  const changes = quotaNames.flatMap((name) => {
    const most = input[name];
    return most === undefined ? [] : [{ name, most }];
  });
  if (changes.length === 0) return getQuotas(scope);
  await commit(scope, 'quota.set', async () => ({
    subject: tenantId,
    summary: Object.fromEntries(changes.map(({ name, most }) => [name, most])),
    writes: changes.map(({ name, most }) =>
      most === null
        ? db.build.delete(quotas).where(eq(quotas.name, name))
        : db.build
            .insert(quotas)
            .values({ name, most })
            .onConflictDoUpdate({ target: quotas.name, set: { most } }),
    ),
    touched: [],
    result: undefined,
  }));
  services.standingCache.delete(tenantId);
  return getQuotas(scope);
}

// quota.set, for the operator: other limits than the usual ones, or the usual ones again.

import { eq } from 'drizzle-orm';
import { quotas } from '../../db/schema/tenant.ts';
import { type Quota, quotaNames, type SetQuotas } from '../../model/quota.ts';
import { changesOf } from '../../model/revision.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { getQuotas } from './get.ts';

async function differences({ db }: TenantScope, input: SetQuotas) {
  const given = Object.entries(input).filter(([, most]) => most !== undefined);
  const [rows] = await db.run(db.build.select().from(quotas));
  const before = Object.fromEntries(rows.map(({ name, most }) => [name, most]));
  return changesOf<SetQuotas>(before, { ...before, ...Object.fromEntries(given) }, quotaNames);
}

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
    summary: await differences(scope, input),
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

// Quotas of a tenant.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import { quotaSchema, setQuotasSchema } from '../../model/quota.ts';
import { getQuotas } from '../../operations/quota/get.ts';
import { setQuotas } from '../../operations/quota/set.ts';
import { enterTenant } from '../../operations/scope.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const path = '/v1/tenants/{tenantId}/quotas';
const reply = {
  status: 200 as const,
  description: 'Every quota',
  schema: z.array(quotaSchema),
};

export function registerQuotas(app: App): void {
  route(
    app,
    {
      operation: 'quota.get',
      method: 'get',
      path,
      summary: "Read the tenant's quotas, and how much of each is used",
      params,
      reply,
    },
    async ({ caller, params: { tenantId } }) =>
      getQuotas(await enterTenant(caller, 'quota.get', tenantId)),
  );
  route(
    app,
    {
      operation: 'quota.set',
      method: 'put',
      path,
      summary: 'Set quotas of the tenant; null goes back to the usual limit (operator only)',
      params,
      body: setQuotasSchema,
      reply,
    },
    async ({ caller, params: { tenantId }, body }) =>
      setQuotas(await enterTenant(caller, 'quota.set', tenantId), body),
  );
}

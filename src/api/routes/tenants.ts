// Tenants.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import {
  createdTenantSchema,
  createTenantSchema,
  tenantEntrySchema,
  tenantSchema,
} from '../../model/tenant.ts';
import { enterTenant } from '../../operations/scope.ts';
import { createTenant } from '../../operations/tenant/create.ts';
import { getTenant } from '../../operations/tenant/get.ts';
import { listTenants } from '../../operations/tenant/list.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
/** A page of tenants whose databases are opened. */
export const tenantPageSchema = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.tenantListMost)
    .default(limits.tenantListDefault),
  cursor: idSchema('tenant').optional(),
});

export function registerTenants(app: App): void {
  route(
    app,
    {
      operation: 'tenant.create',
      method: 'post',
      path: '/v1/tenants',
      summary: 'Make a tenant with its owner',
      description:
        "The operator makes one for somebody else and gets the owner's key; an account makes one " +
        'for itself, where the control plane lets it.',
      body: createTenantSchema,
      reply: { status: 201, description: 'The tenant', schema: createdTenantSchema },
      errors: ['already_exists', 'limit_reached'],
      creates: true,
    },
    ({ caller, body }) => createTenant(caller, body),
  );
  route(
    app,
    {
      operation: 'tenant.list',
      method: 'get',
      path: '/v1/tenants',
      summary: 'List the tenants and the state of their databases (operator only)',
      query: tenantPageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(tenantEntrySchema) },
    },
    ({ caller, query }) => listTenants(caller, query),
  );
  route(
    app,
    {
      operation: 'tenant.get',
      method: 'get',
      path: '/v1/tenants/{tenantId}',
      summary: 'Read a tenant',
      params,
      reply: { status: 200, description: 'The tenant', schema: tenantSchema },
    },
    async ({ caller, params: { tenantId } }) =>
      getTenant(await enterTenant(caller, 'tenant.get', tenantId)),
  );
}

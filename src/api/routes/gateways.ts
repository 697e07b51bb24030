// Gateways, for the tenant's administrators.

import { z } from 'zod';
import { createdGatewaySchema, createGatewaySchema, gatewaySchema } from '../../model/gateway.ts';
import { idSchema } from '../../model/ids.ts';
import { createGateway } from '../../operations/gateway/create.ts';
import { deleteGateway } from '../../operations/gateway/delete.ts';
import { getGateway } from '../../operations/gateway/get.ts';
import { listGateways } from '../../operations/gateway/list.ts';
import { pageSchema } from '../../operations/page.ts';
import { enterTenant } from '../../operations/scope.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ tenantId: idSchema('tenant'), gatewayId: idSchema('gateway') });
const all = '/v1/tenants/{tenantId}/gateways';
const one = `${all}/{gatewayId}`;

export function registerGateways(app: App): void {
  route(
    app,
    {
      operation: 'gateway.create',
      method: 'post',
      path: all,
      summary: 'Make a gateway and the token with which its VM enrols',
      params,
      body: createGatewaySchema,
      reply: { status: 201, description: 'The gateway', schema: createdGatewaySchema },
      creates: true,
      errors: [
        'already_exists',
        'pool_overlap',
        'pool_exhausted',
        'limit_reached',
        'quota_reached',
      ],
    },
    async ({ caller, params: { tenantId }, body }) =>
      createGateway(await enterTenant(caller, 'gateway.create', tenantId), body),
  );
  route(
    app,
    {
      operation: 'gateway.list',
      method: 'get',
      path: all,
      summary: 'List the gateways, oldest first',
      params,
      query: pageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(gatewaySchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listGateways(await enterTenant(caller, 'gateway.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'gateway.get',
      method: 'get',
      path: one,
      summary: 'Read a gateway and what its agent reported last',
      params: oneParams,
      reply: { status: 200, description: 'The gateway', schema: gatewaySchema },
    },
    async ({ caller, params: { tenantId, gatewayId } }) =>
      getGateway(await enterTenant(caller, 'gateway.get', tenantId), gatewayId),
  );
  route(
    app,
    {
      operation: 'gateway.delete',
      method: 'delete',
      path: one,
      summary: 'Delete a gateway; its devices stay with their other gateways',
      params: oneParams,
      reply: { status: 204, description: 'It is gone' },
    },
    async ({ caller, params: { tenantId, gatewayId } }) =>
      deleteGateway(await enterTenant(caller, 'gateway.delete', tenantId), gatewayId),
  );
}

// Gateways, for the tenant's administrators.

import { z } from 'zod';
import {
  createdGatewaySchema,
  createGatewaySchema,
  gatewaySchema,
  updatedGatewaySchema,
  updateGatewaySchema,
} from '../../model/gateway.ts';
import { idSchema } from '../../model/ids.ts';
import { createGateway } from '../../operations/gateway/create.ts';
import { deleteGateway } from '../../operations/gateway/delete.ts';
import { getGateway } from '../../operations/gateway/get.ts';
import { listGateways } from '../../operations/gateway/list.ts';
import { renewToken } from '../../operations/gateway/renew-token.ts';
import { updateGateway } from '../../operations/gateway/update.ts';
import { pageSchema } from '../../operations/page.ts';
import { enterTenant } from '../../operations/scope.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ tenantId: idSchema('tenant'), gatewayId: idSchema('gateway') });
const all = '/v1/tenants/{tenantId}/gateways';
const one = `${all}/{gatewayId}`;

function readRoutes(app: App): void {
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
}

function changeRoutes(app: App): void {
  route(
    app,
    {
      operation: 'gateway.update',
      method: 'patch',
      path: one,
      summary: 'Change a gateway; its agent applies it as soon as it hears of it',
      description:
        'Devices keep the profiles that they have. What of it profiles name, `staleInProfiles` ' +
        'says: a device has the new value once it gets a new profile. `If-Match` takes the ETag ' +
        'of any answer since the gateway itself was changed last, whichever devices came since.',
      params: oneParams,
      body: updateGatewaySchema,
      reply: { status: 200, description: 'The gateway', schema: updatedGatewaySchema },
      updates: true,
      errors: ['already_exists', 'pool_exhausted', 'limit_reached'],
    },
    async ({ caller, params: { tenantId, gatewayId }, body }) =>
      updateGateway(await enterTenant(caller, 'gateway.update', tenantId), gatewayId, body),
  );
  route(
    app,
    {
      operation: 'gateway.renewToken',
      method: 'post',
      path: `${one}/renew-token`,
      summary: "Let another VM take the gateway's place, and give the token with which it enrols",
      description:
        'The VM from before, if there was one, is refused from now on, and keeps its tunnels ' +
        'until it is switched off. Devices keep their addresses. The new VM has a WireGuard key ' +
        'of its own, so that each device needs a new profile.',
      params: oneParams,
      reply: {
        status: 201,
        description: 'The gateway as it waits, and the token',
        schema: createdGatewaySchema,
      },
      creates: true,
    },
    async ({ caller, params: { tenantId, gatewayId } }) =>
      renewToken(await enterTenant(caller, 'gateway.renewToken', tenantId), gatewayId),
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

export function registerGateways(app: App): void {
  readRoutes(app);
  changeRoutes(app);
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
}

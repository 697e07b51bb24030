// API keys.

import { z } from 'zod';
import { apiKeySchema, createApiKeySchema, createdApiKeySchema } from '../../model/api-key.ts';
import { idSchema } from '../../model/ids.ts';
import { createApiKey } from '../../operations/api-key/create.ts';
import { listApiKeys } from '../../operations/api-key/list.ts';
import { revokeApiKey } from '../../operations/api-key/revoke.ts';
import { pageSchema } from '../../operations/page.ts';
import { enterTenant } from '../../operations/scope.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ ...params.shape, apiKeyId: idSchema('apiKey') });
const all = '/v1/tenants/{tenantId}/api-keys';

export function registerApiKeys(app: App): void {
  route(
    app,
    {
      operation: 'apiKey.list',
      method: 'get',
      path: all,
      summary: 'List the API keys, oldest first, without the keys themselves',
      params,
      query: pageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(apiKeySchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listApiKeys(await enterTenant(caller, 'apiKey.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'apiKey.create',
      method: 'post',
      path: all,
      summary: 'Make an API key, and show it this once',
      params,
      body: createApiKeySchema,
      reply: { status: 201, description: 'The key', schema: createdApiKeySchema },
      creates: true,
      errors: ['limit_reached'],
    },
    async ({ caller, params: { tenantId }, body }) =>
      createApiKey(await enterTenant(caller, 'apiKey.create', tenantId), body),
  );
  route(
    app,
    {
      operation: 'apiKey.revoke',
      method: 'post',
      path: `${all}/{apiKeyId}/revoke`,
      summary: 'Make an API key useless',
      params: oneParams,
      reply: { status: 200, description: 'What was the key', schema: apiKeySchema },
    },
    async ({ caller, params: { tenantId, apiKeyId } }) =>
      revokeApiKey(await enterTenant(caller, 'apiKey.revoke', tenantId), apiKeyId),
  );
}

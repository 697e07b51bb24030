// Where the tenant's log goes: webhooks and a syslog server.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import {
  createWebhookSchema,
  issuedWebhookSchema,
  setSyslogSchema,
  syslogSchema,
  testedWebhookSchema,
  updateWebhookSchema,
  webhookSchema,
} from '../../model/outlet.ts';
import { pageSchema } from '../../operations/page.ts';
import { enterTenant } from '../../operations/scope.ts';
import { deleteSyslog } from '../../operations/syslog/delete.ts';
import { getSyslog } from '../../operations/syslog/get.ts';
import { setSyslog } from '../../operations/syslog/set.ts';
import { createWebhook } from '../../operations/webhook/create.ts';
import { deleteWebhook } from '../../operations/webhook/delete.ts';
import { getWebhook } from '../../operations/webhook/get.ts';
import { listWebhooks } from '../../operations/webhook/list.ts';
import { testWebhook } from '../../operations/webhook/test.ts';
import { updateWebhook } from '../../operations/webhook/update.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ tenantId: idSchema('tenant'), webhookId: idSchema('webhook') });
const all = '/v1/tenants/{tenantId}/webhooks';
const one = `${all}/{webhookId}`;

function webhookReads(app: App): void {
  route(
    app,
    {
      operation: 'webhook.list',
      method: 'get',
      path: all,
      summary: 'List the webhooks and how far each has come, oldest first',
      params,
      query: pageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(webhookSchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listWebhooks(await enterTenant(caller, 'webhook.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'webhook.get',
      method: 'get',
      path: one,
      summary: 'Read a webhook and how far it has come',
      params: oneParams,
      reply: { status: 200, description: 'The webhook', schema: webhookSchema },
    },
    async ({ caller, params: { tenantId, webhookId } }) =>
      getWebhook(await enterTenant(caller, 'webhook.get', tenantId), webhookId),
  );
}

function webhookChanges(app: App): void {
  route(
    app,
    {
      operation: 'webhook.create',
      method: 'post',
      path: all,
      summary: 'Have changes sent to an address, signed as Standard Webhooks says',
      params,
      body: createWebhookSchema,
      reply: {
        status: 201,
        description: 'The webhook, and its secret, which is shown once',
        schema: issuedWebhookSchema,
      },
      errors: ['limit_reached'],
      creates: true,
    },
    async ({ caller, params: { tenantId }, body }) =>
      createWebhook(await enterTenant(caller, 'webhook.create', tenantId), body),
  );
  route(
    app,
    {
      operation: 'webhook.update',
      method: 'patch',
      path: one,
      summary: 'Change a webhook, switch it off or on, or replace its secret',
      params: oneParams,
      body: updateWebhookSchema,
      reply: { status: 200, description: 'The webhook', schema: issuedWebhookSchema },
      updates: true,
    },
    async ({ caller, params: { tenantId, webhookId }, body }) =>
      updateWebhook(await enterTenant(caller, 'webhook.update', tenantId), webhookId, body),
  );
  route(
    app,
    {
      operation: 'webhook.delete',
      method: 'delete',
      path: one,
      summary: 'Remove a webhook',
      params: oneParams,
      reply: { status: 204, description: 'It is gone' },
    },
    async ({ caller, params: { tenantId, webhookId } }) =>
      deleteWebhook(await enterTenant(caller, 'webhook.delete', tenantId), webhookId),
  );
  route(
    app,
    {
      operation: 'webhook.test',
      method: 'post',
      path: `${one}/test`,
      summary: 'Send a test event now, and say what became of it',
      params: oneParams,
      reply: { status: 200, description: 'What the receiver did', schema: testedWebhookSchema },
    },
    async ({ caller, params: { tenantId, webhookId } }) =>
      testWebhook(await enterTenant(caller, 'webhook.test', tenantId), webhookId),
  );
}

function syslogRoutes(app: App): void {
  const path = '/v1/tenants/{tenantId}/syslog';
  route(
    app,
    {
      operation: 'syslog.get',
      method: 'get',
      path,
      summary: 'Read the syslog server and how far it has come',
      params,
      reply: { status: 200, description: 'The syslog server', schema: syslogSchema },
    },
    async ({ caller, params: { tenantId } }) =>
      getSyslog(await enterTenant(caller, 'syslog.get', tenantId)),
  );
  route(
    app,
    {
      operation: 'syslog.set',
      method: 'put',
      path,
      summary: 'Have changes sent to a syslog server over TLS (RFC 5424, RFC 5425)',
      params,
      body: setSyslogSchema,
      reply: { status: 200, description: 'The syslog server', schema: syslogSchema },
      updates: true,
    },
    async ({ caller, params: { tenantId }, body }) =>
      setSyslog(await enterTenant(caller, 'syslog.set', tenantId), body),
  );
  route(
    app,
    {
      operation: 'syslog.delete',
      method: 'delete',
      path,
      summary: 'Send no more to the syslog server',
      params,
      reply: { status: 204, description: 'It is gone' },
    },
    async ({ caller, params: { tenantId } }) =>
      deleteSyslog(await enterTenant(caller, 'syslog.delete', tenantId)),
  );
}

export function registerOutlets(app: App): void {
  webhookReads(app);
  webhookChanges(app);
  syslogRoutes(app);
}

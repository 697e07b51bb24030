// What becomes of a tenant: changed, suspended, deleted, restored.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import type { Operation } from '../../model/permissions.ts';
import {
  inviteTenantSchema,
  suspendTenantSchema,
  tenantInvitationSchema,
  tenantSchema,
  updateTenantSchema,
} from '../../model/tenant.ts';
import { exportLineSchema } from '../../model/tenant-export.ts';
import { enterTenant } from '../../operations/scope.ts';
import type { TenantScope } from '../../operations/services.ts';
import { deleteTenant, restoreTenant } from '../../operations/tenant/delete.ts';
import { exportTenant } from '../../operations/tenant/export.ts';
import { inviteTenant } from '../../operations/tenant/invite.ts';
import { resumeTenant, suspendTenant } from '../../operations/tenant/suspend.ts';
import { updateTenant } from '../../operations/tenant/update.ts';
import { type App, type RouteSpec, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const one = '/v1/tenants/{tenantId}';
const reply = { status: 200 as const, description: 'The tenant', schema: tenantSchema };

type Verb = Pick<RouteSpec<unknown, unknown, unknown>, 'method' | 'path' | 'summary'> & {
  operation: Operation;
};

/** A route without a body that gives the tenant as it is then. */
function verb(app: App, spec: Verb, work: (scope: TenantScope) => Promise<unknown>): void {
  route(app, { ...spec, params, reply, updates: true }, async ({ caller, params: { tenantId } }) =>
    work(await enterTenant(caller, spec.operation, tenantId)),
  );
}

function changeRoutes(app: App): void {
  route(
    app,
    {
      operation: 'tenant.update',
      method: 'patch',
      path: one,
      summary: "Change a tenant's name, and what it demands of its people (owners only)",
      description:
        'What is left out stays. A demand that would lock out the session that makes it is ' +
        'refused.',
      params,
      body: updateTenantSchema,
      reply,
      updates: true,
    },
    async ({ caller, params: { tenantId }, body }) =>
      updateTenant(await enterTenant(caller, 'tenant.update', tenantId), body),
  );
  route(
    app,
    {
      operation: 'tenant.suspend',
      method: 'post',
      path: `${one}/suspend`,
      summary: 'Let nobody of a tenant in, and say why (operator only)',
      description: 'Gateways keep what they have, and tunnels stay up.',
      params,
      body: suspendTenantSchema,
      reply,
      updates: true,
    },
    async ({ caller, params: { tenantId }, body }) =>
      suspendTenant(await enterTenant(caller, 'tenant.suspend', tenantId), body),
  );
}

function exportRoute(app: App): void {
  route(
    app,
    {
      operation: 'tenant.export',
      method: 'get',
      path: `${one}/export`,
      summary: 'Take everything of a tenant away as JSON lines, but for secrets (owners only)',
      description:
        'A manifest, then one line for each row of each table, then an end with their count; ' +
        'without that the answer was cut short. It is no snapshot: what is changed meanwhile may ' +
        'be in it or not.',
      params,
      reply: {
        status: 200,
        description: 'The lines',
        schema: exportLineSchema,
        mediaType: 'application/jsonl',
      },
    },
    async ({ caller, params: { tenantId } }) => {
      const lines = await exportTenant(await enterTenant(caller, 'tenant.export', tenantId));
      return new Response(lines, {
        headers: { 'content-type': 'application/jsonl', 'cache-control': 'no-store' },
      });
    },
  );
}

export function registerTenantLife(app: App): void {
  changeRoutes(app);
  exportRoute(app);
  route(
    app,
    {
      operation: 'tenant.invite',
      method: 'post',
      path: '/v1/tenant-invitations',
      summary: 'Invite somebody by mail to make a tenant (operator only)',
      body: inviteTenantSchema,
      reply: { status: 201, description: 'The invitation', schema: tenantInvitationSchema },
      creates: true,
    },
    ({ caller, body }) => inviteTenant(caller, body),
  );
  const resume = { operation: 'tenant.resume', method: 'post', path: `${one}/resume` } as const;
  verb(app, { ...resume, summary: 'End a suspension (operator only)' }, resumeTenant);
  const summary = 'Delete a tenant after some days of grace (owners and operator)';
  verb(app, { operation: 'tenant.delete', method: 'delete', path: one, summary }, deleteTenant);
  const restore = { operation: 'tenant.restore', method: 'post', path: `${one}/restore` } as const;
  verb(app, { ...restore, summary: 'Take a deletion back in time' }, restoreTenant);
}

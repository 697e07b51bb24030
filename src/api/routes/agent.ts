// The agent protocol: enrol, watch, report.

import { z } from '@hono/zod-openapi';
import { enrollmentReplySchema, enrollmentRequestSchema } from '../../model/enrollment.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { observedStateSchema, reportReplySchema } from '../../model/observed-state.ts';
import type { Operation } from '../../model/permissions.ts';
import { enrollGateway } from '../../operations/gateway/enroll.ts';
import { reportGateway } from '../../operations/gateway/report.ts';
import { getState } from '../../operations/gateway/state.ts';
import { enterTenant } from '../../operations/scope.ts';
import type { Caller, TenantScope } from '../../operations/services.ts';
import { type App, route } from '../route.ts';

const watchSchema = z.strictObject({
  since: z.coerce.number().int().min(1).optional(),
  /** Seconds. */
  wait: z.coerce.number().int().min(0).max(limits.stateWaitMostSeconds).default(0),
});

async function enterAsAgent(
  caller: Caller,
  operation: Operation,
): Promise<[TenantScope, gatewayId: string]> {
  const { principal } = caller;
  if (principal.kind !== 'agent')
    throw new SallyportError('forbidden', `${operation} is for agents.`);
  const scope = await enterTenant(caller, operation, principal.tenantId);
  return [scope, principal.gatewayId];
}

export function registerAgent(app: App): void {
  route(
    app,
    {
      operation: 'gateway.enroll',
      method: 'post',
      path: '/v1/agent/enroll',
      summary: 'Turn a VM into the gateway that the token was made for',
      body: enrollmentRequestSchema,
      reply: { status: 200, description: 'Who it is now', schema: enrollmentReplySchema },
      errors: [
        'token_used',
        'token_expired',
        'protocol_unsupported',
        'body_too_large',
        'unsupported_media_type',
      ],
    },
    ({ caller, body }) => enrollGateway(caller, body),
  );
  route(
    app,
    {
      operation: 'gateway.state',
      method: 'get',
      path: '/v1/agent/state',
      summary: 'Wait for desired state newer than `since`; 204 when there is none',
      query: watchSchema,
      reply: {
        status: 200,
        description: 'A compact JWS (EdDSA) of the desired state',
        schema: z.string(),
        mediaType: 'application/jose',
      },
      errors: ['revision_ahead'],
    },
    async ({ caller, query, signal }) => {
      const [scope, gatewayId] = await enterAsAgent(caller, 'gateway.state');
      const { since, wait } = query;
      const waiting = wait > 0 ? { signal: signal() } : {};
      const watch = { since, waitMilliseconds: wait * 1000, ...waiting };
      const document = await getState(scope, gatewayId, watch);
      if (document === undefined) return new Response(null, { status: 204 });
      return new Response(document, { headers: { 'content-type': 'application/jose' } });
    },
  );
  route(
    app,
    {
      operation: 'gateway.report',
      method: 'post',
      path: '/v1/agent/report',
      summary: 'Report what the gateway really reached',
      body: observedStateSchema,
      reply: { status: 200, description: 'What the agent shall do', schema: reportReplySchema },
      errors: ['body_too_large', 'unsupported_media_type'],
    },
    async ({ caller, body }) => {
      const [scope, gatewayId] = await enterAsAgent(caller, 'gateway.report');
      return reportGateway(scope, gatewayId, body);
    },
  );
}

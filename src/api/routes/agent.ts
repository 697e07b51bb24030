// The agent protocol: enrol, watch, report.

import { z } from 'zod';
import { enrollmentReplySchema, enrollmentRequestSchema } from '../../model/enrollment.ts';
import { SallyportError } from '../../model/errors.ts';
import { idSchema } from '../../model/ids.ts';
import { certificateRequestSchema, issuedCertificateSchema } from '../../model/ikev2.ts';
import { limits } from '../../model/limits.ts';
import { observedStateSchema, reportReplySchema } from '../../model/observed-state.ts';
import type { Operation } from '../../model/permissions.ts';
import { revocationsForGateway } from '../../operations/authority/revocations.ts';
import { certifyGateway } from '../../operations/gateway/certify.ts';
import { enrollGateway } from '../../operations/gateway/enroll.ts';
import { reportGateway } from '../../operations/gateway/report.ts';
import { getState } from '../../operations/gateway/state.ts';
import { authorize, enterTenant } from '../../operations/scope.ts';
import type { AgentPrincipal, Caller, TenantScope } from '../../operations/services.ts';
import { admit } from '../admission.ts';
import { reportAfterHeader } from '../report-pace.ts';
import { type App, callerOf, route } from '../route.ts';
import { mayWait } from '../wait.ts';

const watchSchema = z.strictObject({
  since: z.coerce.number().int().min(1).optional(),
  /** Seconds. */
  wait: z.coerce.number().int().min(0).max(limits.stateWaitMostSeconds).default(0),
});

function agentOf({ principal }: Caller, operation: Operation): AgentPrincipal {
  if (principal.kind !== 'agent')
    throw new SallyportError('forbidden', `${operation} is for agents.`);
  return principal;
}

async function enterAsAgent(
  caller: Caller,
  operation: Operation,
): Promise<[TenantScope, AgentPrincipal]> {
  const agent = agentOf(caller, operation);
  return [await enterTenant(caller, operation, agent.tenantId), agent];
}

/**
 * Another transport of `gateway.state`, so it has no operation of its own. It opens no database:
 * the agent's token names its tenant and gateway, and all it learns is a number.
 */
function registerSocket(app: App): void {
  app.get('/v1/agent/socket', async (c) => {
    c.set('operation', 'gateway.state');
    const caller = await callerOf(c);
    await admit(caller, 'gateway.state');
    authorize(caller, 'gateway.state');
    const { hub } = caller.services;
    const name = agentOf(caller, 'gateway.state');
    if (!hub.socket)
      throw new SallyportError('not_found', 'This control plane has no sockets.', {
        wayOut: 'Use GET /v1/agent/state with "wait".',
      });
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket')
      throw new SallyportError('invalid_input', 'This path answers only as a WebSocket.', {
        wayOut: 'Send "Upgrade: websocket" (RFC 6455), or use GET /v1/agent/state with "wait".',
      });
    return hub.socket(name);
  });
}

function registerState(app: App): void {
  route(
    app,
    {
      operation: 'gateway.state',
      method: 'get',
      path: '/v1/agent/state',
      summary: 'Wait for desired state newer than `since`',
      description:
        'Where the control plane has sockets, which the header `sallyport-watch: socket` of an ' +
        'answer says, a WebSocket at `/v1/agent/socket`, opened with the ' +
        'same credential, says `{"revision":N}` when there is something to fetch here, and ' +
        'answers `ping` with `pong`. Elsewhere that path is not found.',
      query: watchSchema,
      reply: {
        status: 200,
        description: 'A compact JWS (EdDSA) of the desired state',
        schema: z.string(),
        mediaType: 'application/jose',
        nothing: 'There is nothing newer',
      },
      errors: ['revision_ahead'],
    },
    async ({ caller, query }) => {
      const [scope, agent] = await enterAsAgent(caller, 'gateway.state');
      const { since, wait } = query;
      const document = await getState(scope, agent, since);
      // An agent that can hold a socket learns here that it may.
      const headers: Record<string, string> = caller.services.hub.socket
        ? { 'sallyport-watch': 'socket' }
        : {};
      if (document !== undefined) {
        headers['content-type'] = 'application/jose';
        const milliseconds = app.reportPace(caller.services.now());
        if (milliseconds > 0) headers[reportAfterHeader] = String(milliseconds);
        return new Response(document, { headers });
      }
      const nothing = new Response(null, { status: 204, headers });
      if (since === undefined || wait === 0) return nothing;
      const { tenantId, gatewayId, identityKey } = agent;
      return mayWait(nothing, {
        ...{ tenantId, gatewayId, identityKey, since },
        milliseconds: wait * 1000,
        address: caller.origin.address ?? undefined,
      });
    },
  );
}

const authorityParams = z.strictObject({ authorityId: idSchema('authority') });

function registerCertificates(app: App): void {
  route(
    app,
    {
      operation: 'gateway.certify',
      method: 'post',
      path: '/v1/agent/certificate',
      summary: "Get a certificate for the gateway's IKE key",
      description:
        "Of the request only the key counts; the names are the gateway's. The certificate also " +
        'comes with the next document. While the present one has more than a third of its life ' +
        'to come, the same key gets the same again.',
      body: certificateRequestSchema,
      reply: { status: 200, description: 'The certificate', schema: issuedCertificateSchema },
      errors: ['limit_reached'],
    },
    async ({ caller, body }) => {
      const [scope, agent] = await enterAsAgent(caller, 'gateway.certify');
      return certifyGateway(scope, agent, body);
    },
  );
  route(
    app,
    {
      operation: 'gateway.revocations',
      method: 'get',
      path: '/v1/agent/revocations/{authorityId}',
      summary: "Read an authority's list of revoked certificates",
      params: authorityParams,
      reply: {
        status: 200,
        description: 'The list (RFC 5280 §5) in PEM',
        schema: z.string(),
        mediaType: 'application/x-pem-file',
      },
    },
    async ({ caller, params: { authorityId } }) => {
      const [scope] = await enterAsAgent(caller, 'gateway.revocations');
      const list = await revocationsForGateway(scope, authorityId);
      return new Response(list, { headers: { 'content-type': 'application/x-pem-file' } });
    },
  );
}

export function registerAgent(app: App): void {
  registerSocket(app);
  registerState(app);
  registerCertificates(app);
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
      operation: 'gateway.report',
      method: 'post',
      path: '/v1/agent/report',
      summary: 'Report what the gateway really reached',
      body: observedStateSchema,
      reply: { status: 200, description: 'What the agent shall do', schema: reportReplySchema },
      errors: ['body_too_large', 'unsupported_media_type'],
    },
    async ({ caller, body, c }) => {
      const [scope, agent] = await enterAsAgent(caller, 'gateway.report');
      const { gatewayId } = agent;
      return reportGateway(scope, agent, body, (count) =>
        c.get('log').error({ requestId: c.get('requestId'), gatewayId, count }, 'receipts.forged'),
      );
    },
  );
}

// How a route is declared. There is no other way, and none without an operation: its name is the
// permission, the `operationId` and the word in the log.

import { Hono } from 'hono';
import { z } from 'zod';
import { type ErrorCode, SallyportError } from '../model/errors.ts';
import { isAnonymous, isOfAccount, type Operation } from '../model/permissions.ts';
import { parseInput } from '../model/problems.ts';
import { authenticateFrom } from '../operations/guessing.ts';
import { authorize } from '../operations/scope.ts';
import type { Caller } from '../operations/services.ts';
import { renewToken } from '../operations/session/create.ts';
import { admit } from './admission.ts';
import { type Credential, credentialOf } from './credential.ts';
import type { Environment, RequestContext } from './environment.ts';
import { idempotencyOf, ifMatchOf } from './preconditions.ts';
import { createReportPace } from './report-pace.ts';
import { giveCookie } from './session-cookie.ts';

/** The application. */
export class App extends Hono<Environment> {
  /** What was declared of it: /openapi.json is made of that. */
  readonly declared: RouteSpec<unknown, unknown, unknown>[] = [];
  /** Of all documents that it gives out. */
  readonly reportPace = createReportPace();
}

type Shape = Record<string, z.ZodType>;

export interface RouteSpec<P, Q, B> {
  operation: Operation;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In OpenAPI's form: `/v1/tenants/{tenantId}`. */
  path: string;
  summary: string;
  description?: string;
  params?: z.ZodType<P> & { shape: Shape };
  query?: z.ZodType<Q> & { shape: Shape };
  body?: z.ZodType<B>;
  /** What success looks like; `schema` is left out when there is no body. */
  reply: {
    /** For 302 the operation's result is where to go. */
    status: 200 | 201 | 202 | 204 | 302;
    description: string;
    schema?: z.ZodType;
    mediaType?: string;
    /** What it means when the answer is 204 instead, if it may be. */
    nothing?: string;
  };
  /** What it may refuse beyond what every route may. */
  errors?: readonly ErrorCode[];
  /** Whether it makes something, and so takes an Idempotency-Key. */
  creates?: boolean;
  /** Whether it changes what has a revision, and so takes If-Match. */
  updates?: boolean;
}

export interface RouteInput<P, Q, B> {
  caller: Caller;
  params: P;
  query: Q;
  body: B;
  /** For cookies: whatever else an answer is made of is in the declaration. */
  c: RequestContext;
}

/** What a route may refuse by what it is. */
export function errorsOf(spec: RouteSpec<unknown, unknown, unknown>): ErrorCode[] {
  const { operation, method, creates, updates, errors = [] } = spec;
  const own: ErrorCode[] = [...everyRoute, ...errors];
  if (method !== 'get') own.push('body_too_large', 'unsupported_media_type');
  if (creates) own.push('idempotency_mismatch');
  if (updates) own.push('precondition_failed');
  if (isOfAccount(operation)) own.push('second_factor_required');
  if (!isAnonymous(operation) && !isOfAccount(operation))
    own.push('tenant_suspended', 'tenant_deleting', 'sign_in_required', 'second_factor_required');
  return [...new Set(own)];
}

const everyRoute: readonly ErrorCode[] = [
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'rate_limited',
  'internal',
  'busy',
  'not_migrated',
];

/** @throws SallyportError `unsupported_media_type` or `invalid_input` */
async function readJson(c: RequestContext): Promise<unknown> {
  const text = await c.req.text();
  if (text === '') return {};
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new SallyportError('unsupported_media_type', `The body is of type "${type}".`, {
      wayOut: 'Send JSON with "Content-Type: application/json".',
    });
  try {
    return JSON.parse(text);
  } catch {
    throw new SallyportError('invalid_input', 'The request body is not JSON.', {
      wayOut: 'Send one JSON object in UTF-8.',
      problems: [{ field: '(whole)', rule: 'must be well-formed JSON (RFC 8259)' }],
    });
  }
}

async function principalOf(c: RequestContext, credential: Credential | undefined) {
  try {
    return await authenticateFrom(c.get('services'), c.get('origin'), credential?.token);
  } catch (error) {
    const isOver = error instanceof SallyportError && error.code === 'unauthenticated';
    if (credential?.isCookie && isOver) return { kind: 'anonymous' as const };
    throw error;
  }
}

/** Who calls, by the bearer credential or the session's cookie of the request. */
export async function callerOf(c: RequestContext): Promise<Caller> {
  const services = c.get('services');
  const credential = credentialOf(c);
  const principal = await principalOf(c, credential);
  c.set('principal', principal);
  c.set('byCookie', credential?.isCookie ?? false);
  if (credential?.isCookie && principal.kind === 'session') {
    const fresh = await renewToken(services, principal, credential.token);
    if (fresh) giveCookie(c, fresh);
  }
  const noteRate: Caller['noteRate'] = (verdict) => c.set('rate', verdict);
  return { services, principal, origin: c.get('origin'), noteRate };
}

function hasRevision(result: unknown): result is { revision: number } {
  return typeof result === 'object' && result !== null && 'revision' in result;
}

const none = z.strictObject({});

/** Declares a route: authenticates, authorises, parses, and only then calls `handle`. */
export function route<P = unknown, Q = unknown, B = unknown>(
  app: App,
  spec: RouteSpec<P, Q, B>,
  handle: (input: RouteInput<P, Q, B>) => Promise<unknown>,
): void {
  app.declared.push(spec);
  const params: z.ZodType = spec.params ?? none;
  const query: z.ZodType = spec.query ?? none;
  const body: z.ZodType = spec.body ?? none;
  const path = spec.path.replaceAll(/\{(\w+)\}/g, ':$1');
  app.on(spec.method.toUpperCase(), path, async (c) => {
    c.set('operation', spec.operation);
    const caller = await callerOf(c);
    await admit(caller, spec.operation);
    authorize(caller, spec.operation);
    const json = spec.method === 'get' ? {} : await readJson(c);
    if (spec.creates) await idempotencyOf(c, caller, spec.operation, json);
    if (spec.updates) ifMatchOf(c, caller);
    const input = {
      caller,
      params: parseInput(params, c.req.param(), 'The path') as P,
      query: parseInput(query, c.req.query(), 'The query') as Q,
      body: parseInput(body, json, 'The body') as B,
      c,
    };
    const result = await handle(input);
    if (result instanceof Response) return result;
    if (caller.idempotency?.replayed) c.header('idempotency-replayed', 'true');
    const { status } = spec.reply;
    if (status === 204) return c.body(null, 204);
    if (status === 302) return c.redirect(String(result), 302);
    if (hasRevision(result)) c.header('etag', `"${result.revision}"`);
    return c.json(result, status);
  });
}

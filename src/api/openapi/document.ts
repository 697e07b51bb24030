// /openapi.json, made from the routes themselves.

import { z } from 'zod';
import { errorCodes } from '../../model/errors.ts';
import { isAnonymous, isOfAccount, may, type Operation, roles } from '../../model/permissions.ts';
import { examples } from '../examples/all.ts';
import { problemSchema } from '../problem.ts';
import { type App, errorsOf, type RouteSpec } from '../route.ts';
import { about, tags } from './about.ts';
import { type HeaderName, sharedComponents } from './components.ts';
import { type JsonSchema, type Parts, type Schemas, schemasOf } from './schemas.ts';

type Spec = RouteSpec<unknown, unknown, unknown>;

const everywhere = ['x-request-id', 'ratelimit-policy', 'ratelimit'] as const;

function headers(...names: HeaderName[]): Record<string, object> {
  return Object.fromEntries(
    [...everywhere, ...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
}

const bounds = { permissions: null, groupIds: null, gatewayIds: null };
const someTenant = { tenantId: '', keyId: '', gatewayId: '' };
const session = { accountId: '', sessionId: '', methods: [], awaitsFactor: false, rotateAt: 0 };

/** Who may: in a tenant a session has the role of its user, elsewhere it is an account's. */
function callersOf(operation: Operation): string[] {
  if (isAnonymous(operation)) return ['anyone'];
  const ofKeys = roles.filter((role) =>
    may({ kind: 'key', ...someTenant, role, ...bounds }, operation),
  );
  const needsRole = ofKeys.length > 0 && !isOfAccount(operation);
  return [
    ...(may({ kind: 'operator' }, operation) ? ['operator'] : []),
    ...(!needsRole && may({ kind: 'session', ...session, tenantId: null }, operation)
      ? ['account']
      : []),
    ...ofKeys,
    ...(may({ kind: 'agent', ...someTenant, identityKey: '' }, operation) ? ['agent'] : []),
  ];
}

/** A page of named things has a name of its own: DeviceList. */
function nameLists(schemas: Schemas): void {
  for (const parts of Object.values(schemas.output)) {
    const { items, next } = (parts.reply?.properties ?? {}) as Record<string, JsonSchema>;
    const item = (items?.items as JsonSchema | undefined)?.$ref;
    if (!parts.reply || !next || typeof item !== 'string') continue;
    const name = `${item.split('/').at(-1)}List`;
    schemas.components[name] = parts.reply;
    parts.reply = { $ref: `#/components/schemas/${name}` };
  }
}

function parametersOf(schema: JsonSchema | undefined, where: 'path' | 'query'): object[] {
  const required = (schema?.required ?? []) as string[];
  return Object.entries((schema?.properties ?? {}) as Record<string, JsonSchema>).map(
    ([name, one]) => ({ name, in: where, required: required.includes(name), schema: one }),
  );
}

function refusals(spec: Spec): Record<string, object> {
  const content = { schema: { $ref: '#/components/schemas/Problem' } };
  const byStatus = Map.groupBy(errorsOf(spec), (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join('; '),
        headers: headers(
          ...(codes.some((code) => errorCodes[code].retry) ? ['retry-after' as const] : []),
        ),
        content: { 'application/problem+json': content },
        'x-codes': codes,
      },
    ]),
  );
}

function contentOf(schema: JsonSchema, example: unknown, type = 'application/json'): object {
  return { content: { [type]: { schema, ...(example === undefined ? {} : { example }) } } };
}

function resolve(schema: JsonSchema | undefined, schemas: Schemas): JsonSchema | undefined {
  const name = typeof schema?.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  return name === undefined ? schema : schemas.components[name];
}

function successes({ operation, reply, creates }: Spec, schemas: Schemas): object {
  const schema = schemas.output[operation]?.reply;
  const hasRevision = 'revision' in ((resolve(schema, schemas)?.properties ?? {}) as object);
  const names: HeaderName[] = [
    ...(reply.status === 302 ? ['location' as const] : []),
    ...(hasRevision ? ['etag' as const] : []),
    ...(creates ? ['idempotency-replayed' as const] : []),
  ];
  return {
    [reply.status]: {
      description: reply.description,
      headers: headers(...names),
      ...(schema ? contentOf(schema, examples[operation]?.reply, reply.mediaType) : {}),
    },
    ...(reply.nothing ? { 204: { description: reply.nothing, headers: headers() } } : {}),
  };
}

function operationOf(spec: Spec, schemas: Schemas): object {
  const { operation, summary, description, creates, updates } = spec;
  const { params, query, body } = schemas.input[operation] ?? {};
  const parameters = [
    ...parametersOf(params, 'path'),
    ...parametersOf(query, 'query'),
    ...(creates ? [{ $ref: '#/components/parameters/idempotency-key' }] : []),
    ...(updates ? [{ $ref: '#/components/parameters/if-match' }] : []),
  ];
  const requestBody = body && { required: true, ...contentOf(body, examples[operation]?.body) };
  return {
    operationId: operation,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [operation.split('.')[0]],
    security: isAnonymous(operation) ? [] : [{ bearer: [] }, { session: [] }],
    'x-permission': operation,
    'x-callers': callersOf(operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: { ...successes(spec, schemas), ...refusals(spec) },
  };
}

function withoutMissing(parts: Record<string, Parts[string] | undefined>): Parts {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, schema]) => (schema ? [[name, schema]] : [])),
  );
}

/** The page of an app's routes; `url` is where they are served. */
export function openApiDocument({ declared }: App, url: string): object {
  const input: Record<string, Parts> = {};
  const output: Record<string, Parts> = { problem: { problem: problemSchema } };
  for (const { operation, params, query, body, reply } of declared) {
    // Parameters stand on their own, whatever the schema is called that they come from.
    const single = (some: typeof params) => some && z.object(some.shape);
    input[operation] = withoutMissing({ params: single(params), query: single(query), body });
    output[operation] = withoutMissing({ reply: reply.schema });
  }
  const schemas = schemasOf(input, output);
  nameLists(schemas);
  const paths: Record<string, Record<string, object>> = {};
  for (const spec of declared)
    paths[spec.path] = { ...paths[spec.path], [spec.method]: operationOf(spec, schemas) };
  const used = new Set(declared.map(({ operation }) => operation.split('.')[0]));
  return {
    openapi: '3.1.0',
    info: about,
    tags: tags.filter(({ name }) => used.has(name)),
    servers: [{ url }],
    paths,
    components: { schemas: schemas.components, ...sharedComponents(paths) },
  };
}

export function registerOpenApi(app: App): void {
  let document: string | undefined;
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(openApiDocument(app, c.get('services').publicUrl));
    return c.body(document, 200, { 'content-type': 'application/json' });
  });
}

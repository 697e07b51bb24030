// /openapi.json, made from the routes themselves.

import { type ErrorCode, errorCodes } from '../../model/errors.ts';
import { may, type Operation, type Principal, roles } from '../../model/permissions.ts';
import { examples } from '../examples/all.ts';
import { problemSchema } from '../problem.ts';
import type { App, Declared } from '../route.ts';
import { about, tags } from './about.ts';
import { type JsonSchema, type Parts, type Schemas, schemasOf } from './schemas.ts';

const requestId = { 'x-request-id': { $ref: '#/components/headers/RequestId' } };
const retryAfter = { 'retry-after': { $ref: '#/components/headers/RetryAfter' } };
const headers = {
  RequestId: {
    description: 'Under which the log has this request',
    schema: { type: 'string', pattern: '^r_[0-9a-hjkmnp-tv-z]{16}$' },
  },
  RetryAfter: {
    description: 'Seconds after which the same request may succeed',
    schema: { type: 'integer', minimum: 0 },
  },
};

const callers: Readonly<Record<string, Principal>> = {
  operator: { kind: 'operator' },
  ...Object.fromEntries(
    roles.map((role) => [role, { kind: 'key', tenantId: '', keyId: '', role } as const]),
  ),
  agent: { kind: 'agent', tenantId: '', gatewayId: '' },
};

function callersOf(operation: Operation): string[] {
  if (may({ kind: 'anonymous' }, operation)) return ['anyone'];
  return Object.keys(callers).filter((name) => {
    const principal = callers[name];
    return principal !== undefined && may(principal, operation);
  });
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

function refusals(errors: readonly ErrorCode[]): Record<string, object> {
  const all = new Set([...everyRoute, ...errors]);
  const content = { schema: { $ref: '#/components/schemas/Problem' } };
  return Object.fromEntries(
    [...Map.groupBy(all, (code) => errorCodes[code].status)].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join('; '),
        headers: codes.some((code) => errorCodes[code].retry)
          ? { ...requestId, ...retryAfter }
          : requestId,
        content: { 'application/problem+json': content },
        'x-codes': codes,
      },
    ]),
  );
}

function pathItem({ spec, anonymous }: Declared, { input, output }: Schemas): object {
  const { operation, reply } = spec;
  const { params, query, body } = input[operation] ?? {};
  const schema = output[operation]?.reply;
  const example = examples[operation];
  const content = (schemaOf: JsonSchema, value: unknown, type = 'application/json') => ({
    content: { [type]: { schema: schemaOf, ...(value === undefined ? {} : { example: value }) } },
  });
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')];
  return {
    operationId: operation,
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    tags: [operation.split('.')[0]],
    security: anonymous ? [] : [{ bearer: [] }],
    'x-permission': operation,
    'x-callers': callersOf(operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, ...content(body, example?.body) } } : {}),
    responses: {
      [reply.status]: {
        description: reply.description,
        headers: requestId,
        ...(schema ? content(schema, example?.reply, reply.mediaType) : {}),
      },
      ...(reply.nothing ? { 204: { description: reply.nothing, headers: requestId } } : {}),
      ...refusals(spec.errors ?? []),
    },
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
  for (const { spec } of declared) {
    const { params, query, body } = spec;
    input[spec.operation] = withoutMissing({ params, query, body });
    output[spec.operation] = withoutMissing({ reply: spec.reply.schema });
  }
  const schemas = schemasOf(input, output);
  nameLists(schemas);
  const paths: Record<string, Record<string, object>> = {};
  for (const one of declared)
    paths[one.spec.path] = {
      ...paths[one.spec.path],
      [one.spec.method]: pathItem(one, schemas),
    };
  const used = new Set(declared.map(({ spec }) => spec.operation.split('.')[0]));
  return {
    openapi: '3.1.0',
    info: about,
    tags: tags.filter(({ name }) => used.has(name)),
    servers: [{ url }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: schemas.components,
      headers,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            "The operator's key, a tenant's key, or a token that an agent signed for itself",
        },
      },
    },
  };
}

export function registerOpenApi(app: App): void {
  let document: string | undefined;
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(openApiDocument(app, c.get('services').publicUrl));
    return c.body(document, 200, { 'content-type': 'application/json' });
  });
}

// Requests made from the published description of the API: a body that its schema allows, and ids
// where ids belong.

import type { Ids } from './world.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  minLength?: number;
  minItems?: number;
  minimum?: number;
}

interface Content {
  schema: Schema;
  example?: unknown;
}

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, Content> };
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Described {
  operationId: string;
  method: string;
  path: string;
  /** Names of the path's parameters. */
  params: string[];
  /** The body, with ids in it; undefined when there is none. */
  body: unknown;
}

/** Texts of which one or other fits the patterns of the API. */
const samples = ['x', 'vpn.example.com', '10.9.0.0/24', '12345678', 'https://example.com/x'];
const formats: Record<string, string> = {
  email: 'tenancy@example.com',
  uri: 'https://example.com/x',
  'date-time': '2030-01-01T00:00:00.000Z',
};
const idPattern = /^\^([a-z]+)_\[/;
const idText = /\b([a-z]{1,2})_[0-9a-hjkmnp-tv-z]{16}\b/g;

/** `$gw` stands for an id of a gateway until the request is made. */
function isOfIds(schema: Schema): boolean {
  return idPattern.test(schema.pattern ?? '') || idPattern.test(schema.items?.pattern ?? '');
}

class Bodies {
  readonly #schemas: Record<string, Schema>;
  constructor({ components }: OpenApi) {
    this.#schemas = components?.schemas ?? {};
  }

  #resolved(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    return this.#resolved(this.#schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  }

  #text({ pattern, format = '', minLength = 1 }: Schema): string {
    const kind = idPattern.exec(pattern ?? '')?.[1];
    if (kind !== undefined) return `${kind}_0000000000000000`;
    const own = formats[format] ?? 'x'.repeat(minLength);
    if (pattern === undefined) return own;
    return [own, ...samples].find((text) => new RegExp(pattern).test(text)) ?? own;
  }

  /** What must be there, as the example shows it, and every id that may be. */
  #object({ properties = {}, required = [] }: Schema, example: object = {}): object {
    const shown = new Map<string, unknown>(Object.entries(example));
    return Object.fromEntries(
      Object.entries(properties)
        .map(([name, schema]) => [name, this.#resolved(schema)] as const)
        .filter(([name, schema]) => required.includes(name) || isOfIds(schema))
        .filter(([, schema]) => schema.default === undefined || isOfIds(schema))
        .map(([name, schema]) => [name, shown.get(name) ?? this.of(schema)]),
    );
  }

  /** A body as the operation's example shows it, completed by ids. */
  body({ schema, example }: Content): unknown {
    const { type, ...rest } = this.#resolved(schema);
    if (type !== 'object') return example ?? this.of(schema);
    return this.#object(rest, typeof example === 'object' && example !== null ? example : {});
  }

  of(given: Schema): unknown {
    const schema = this.#resolved(given);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return schema.enum[0];
    const [some] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
    if (some) return this.of(some);
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
    if (type === 'object') return this.#object(schema);
    if (type === 'array') return schema.items ? [this.of(schema.items)] : [];
    if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1);
    if (type === 'boolean') return true;
    if (type === 'null') return null;
    return this.#text(schema);
  }
}

/** Every operation that is published. */
export function operationsOf(document: OpenApi): Described[] {
  const bodies = new Bodies(document);
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, requestBody }]) => {
      const content = requestBody?.content['application/json'];
      return {
        operationId,
        method: method.toUpperCase(),
        path,
        params: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
        body: content && bodies.body(content),
      };
    }),
  );
}

/** The ids that stand in the body, by the names of the parameters that take them. */
export function paramsInBody({ body }: Described, ids: Ids): string[] {
  const kinds = new Set([...JSON.stringify(body ?? {}).matchAll(idText)].map(([, kind]) => kind));
  return Object.keys(ids).filter((name) => kinds.has(ids[name]?.split('_')[0]));
}

/** An id of the same kind that nothing has. */
export function nobodys(id: string): string {
  return `${id.split('_')[0]}_0000000000000000`;
}

/** The request with these ids in path and body. */
export function requestOf({ method, path, body }: Described, ids: Ids) {
  const missing: string[] = [];
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) missing.push(name);
    return id ?? '';
  });
  if (missing.length > 0)
    throw new Error(
      `${method} ${path}: no real ${missing.join(', ')} is known. Make one in createWorld of ` +
        'test/tenancy/world.ts and name it among its ids.',
    );
  const byKind = new Map(Object.values(ids).map((id) => [id.split('_')[0], id]));
  const text = JSON.stringify(body)?.replaceAll(idText, (id, kind) => byKind.get(kind) ?? id);
  return { method, path: filled, body: text };
}

/** An answer without what is different each time, and without the ids that were asked for. */
export function shapeOf(status: number, text: string): string {
  return `${status} ${text.replaceAll(idText, '$1_…')}`;
}

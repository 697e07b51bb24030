// From zod's schemas to those of the page: JSON Schema 2020-12, what has a name apart.

import { z } from 'zod';
import { schemaNames } from './names.ts';

export type JsonSchema = Record<string, unknown>;
type Io = 'input' | 'output';

/** What one operation takes and gives; a part that it lacks is left out. */
export type Parts = Readonly<Record<string, z.ZodType>>;

export interface Schemas {
  /** By operation, then by part. */
  input: Record<string, Record<string, JsonSchema>>;
  output: Record<string, Record<string, JsonSchema>>;
  /** By name. */
  components: Record<string, JsonSchema>;
}

const refStart = '#/components/schemas/';
// The same thing may be laxer when it comes in than when it goes out, where defaults are filled in.
const inputSuffix = 'Input';
// Their patterns say no more than the format, at ten times the length.
const plainFormats = ['date-time', 'email', 'uri'];

/** The more exact side of a schema that changes what it parses, such as a name that is trimmed. */
function ofPipe({ def }: z.ZodPipe, io: Io): JsonSchema {
  if (def.out._zod.def.type === 'transform') return plain(def.in, 'input');
  const out = plain(def.out, io);
  const taken = plain(def.in, io);
  return taken.type === out.type ? { ...taken, ...out } : {};
}

function plain(schema: z.core.$ZodType, io: Io): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, optionsOf(io));
  return rest;
}

function optionsOf(io: Io) {
  return {
    io,
    unrepresentable: 'any' as const,
    override: ({
      zodSchema,
      jsonSchema,
    }: {
      zodSchema: z.core.$ZodType;
      jsonSchema: JsonSchema;
    }) => {
      if (zodSchema instanceof z.ZodPipe) Object.assign(jsonSchema, ofPipe(zodSchema, io));
      if (plainFormats.includes(String(jsonSchema.format))) delete jsonSchema.pattern;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (io === 'output') delete jsonSchema.default;
    },
  };
}

/** Everything that schemas refer to, through however many others. */
function usedBy(schemas: readonly JsonSchema[], all: Record<string, JsonSchema>): Set<string> {
  const used = new Set<string>();
  const waiting: unknown[] = [...schemas];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    waiting.push(...Object.values(value).filter((inner) => inner !== undefined));
    const name = '$ref' in value ? String(value.$ref).slice(refStart.length) : undefined;
    if (name === undefined || used.has(name)) continue;
    used.add(name);
    waiting.push(all[name] ?? {});
  }
  return used;
}

/** The same schema with its references renamed. */
function refer(schema: JsonSchema, rename: (name: string) => string): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' ? refStart + rename(String(value).slice(refStart.length)) : value,
  );
}

function oneWay(parts: Readonly<Record<string, Parts>>, io: Io) {
  const registry = z.registry<{ id: string }>();
  const names = schemaNames();
  for (const [schema, id] of names) registry.add(schema, { id });
  // Wrapped, because a part may be a named schema itself, or be shared between operations.
  for (const [operation, shape] of Object.entries(parts))
    registry.add(z.object(shape), { id: operation });
  const { schemas } = z.toJSONSchema(registry, {
    ...optionsOf(io),
    uri: (id: string) => refStart + id,
  });
  const clean = (id: string): JsonSchema => {
    const { $schema, $id, ...schema } = schemas[id] ?? {};
    return schema;
  };
  const components = Object.fromEntries([...names.values()].map((name) => [name, clean(name)]));
  const operations = Object.fromEntries(
    Object.keys(parts).map((id) => [
      id,
      (clean(id).properties ?? {}) as Record<string, JsonSchema>,
    ]),
  );
  const roots = Object.values(operations).flatMap((of) => Object.values(of));
  return { operations, components, used: usedBy(roots, components) };
}

type Way = ReturnType<typeof oneWay>;

/** The names of what comes in otherwise than it goes out. */
function differing(taken: Way, given: Way): Set<string> {
  const both = [...taken.used].filter((name) => given.used.has(name));
  const differ = new Set<string>();
  const text = (schema: JsonSchema | undefined) => JSON.stringify(schema);
  for (let before = -1; before !== differ.size; ) {
    before = differ.size;
    for (const name of both) {
      const inner = usedBy([taken.components[name] ?? {}], taken.components);
      const isOther = text(taken.components[name]) !== text(given.components[name]);
      if (isOther || [...inner].some((one) => differ.has(one))) differ.add(name);
    }
  }
  return differ;
}

export function schemasOf(
  input: Readonly<Record<string, Parts>>,
  output: Readonly<Record<string, Parts>>,
): Schemas {
  const taken = oneWay(input, 'input');
  const given = oneWay(output, 'output');
  const differ = differing(taken, given);
  const rename = (name: string) => (differ.has(name) ? name + inputSuffix : name);
  const components: Record<string, JsonSchema> = {};
  for (const name of given.used) components[name] = given.components[name] ?? {};
  for (const name of taken.used)
    components[rename(name)] = refer(taken.components[name] ?? {}, rename);
  const sorted = Object.entries(components).sort(([a], [b]) => a.localeCompare(b, 'en'));
  const renamed = Object.entries(taken.operations).map(([operation, parts]) => [
    operation,
    Object.fromEntries(Object.entries(parts).map(([part, one]) => [part, refer(one, rename)])),
  ]);
  return {
    input: Object.fromEntries(renamed),
    output: given.operations,
    components: Object.fromEntries(sorted),
  };
}

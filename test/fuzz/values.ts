// From the published schemas to values that they allow. What only an earlier answer can tell, such
// as an id, is chosen when the request is sent.

import fc from 'fast-check';
import type { JsonSchema, OpenApi } from '../api/document.ts';

/** Stands for a string that an answer held: of this pattern, or in a field of this name. */
export class Pick {
  readonly pattern: string | undefined;
  readonly field: string;
  readonly index: number;
  readonly otherwise: unknown;

  constructor(pattern: string | undefined, field: string, index: number, otherwise: unknown) {
    this.pattern = pattern;
    this.field = field;
    this.index = index;
    this.otherwise = otherwise;
  }
}

const deepest = 6;
const itemsMost = 4;
const textMost = 40;
const picksMost = 1000;
/** `gw_` and the like. */
const idPattern = /^\^[a-z]+_/;

const formats: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'date-time': fc
    .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  email: fc.stringMatching(/^[a-z]{1,12}@[a-z]{1,12}\.example$/),
  uri: fc.webUrl(),
  ipv4: fc.ipV4(),
  ipv6: fc.ipV6(),
};

const words = fc.constantFrom('vpn.example.com', '192.0.2.7', 'fd00::/64', '10.99.0.0/24', 'Ann');

/** Strings of a pattern, where its engine of chance can make them. */
function matching(pattern: string): fc.Arbitrary<unknown> | undefined {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return undefined;
  }
}

function text(schema: JsonSchema, field: string): fc.Arbitrary<unknown> {
  const { pattern, format = '', examples, minLength = 0, maxLength = textMost } = schema;
  const most = Math.max(minLength, Math.min(maxLength, textMost));
  const free = fc.string({ unit: 'grapheme', minLength, maxLength: most });
  const own =
    (pattern === undefined ? undefined : matching(pattern)) ??
    formats[format] ??
    (examples ? fc.constantFrom(...examples) : fc.oneof(free, words));
  const picked = fc
    .tuple(fc.nat(picksMost), own)
    .map(([index, otherwise]) => new Pick(pattern, field, index, otherwise));
  // Ids and secrets are worth nothing unless they exist; keys and times are better fresh.
  const isRef = pattern === undefined || idPattern.test(pattern);
  const [old, fresh] = isRef ? [3, 1] : [1, 5];
  return fc.oneof({ weight: old, arbitrary: picked }, { weight: fresh, arbitrary: own });
}

export class Values {
  readonly #schemas: Record<string, JsonSchema>;

  constructor(document: OpenApi) {
    this.#schemas = document.components.schemas;
  }

  resolve(schema: JsonSchema): JsonSchema {
    if (schema.$ref === undefined) return schema;
    return this.resolve(this.#schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  }

  /** @param field the name under which the value stands */
  of(schema: JsonSchema, field: string, depth = 0): fc.Arbitrary<unknown> {
    const { enum: choices, const: only, anyOf, oneOf, allOf, type } = this.resolve(schema);
    const real = this.resolve(schema);
    if (choices) return fc.constantFrom(...choices);
    if (only !== undefined) return fc.constant(only);
    const some = anyOf ?? oneOf;
    if (some) return fc.oneof(...some.map((one) => this.of(one, field, depth)));
    if (allOf?.[0]) return this.of(allOf[0], field, depth);
    if (Array.isArray(type))
      return fc.oneof(...type.map((one) => this.of({ ...real, type: one }, field, depth)));
    switch (type) {
      case 'string':
        return text(real, field);
      case 'integer':
      case 'number': {
        const { minimum = -5, maximum = 1_000_000 } = real;
        return fc.integer({ min: minimum, max: Math.max(minimum, Math.min(maximum, 2 ** 40)) });
      }
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array': {
        const { minItems = 0, maxItems = itemsMost } = real;
        const items = this.of(real.items ?? {}, field, depth + 1);
        const maxLength =
          depth > deepest ? minItems : Math.max(minItems, Math.min(maxItems, itemsMost));
        return fc.array(items, { minLength: minItems, maxLength });
      }
      case 'object':
        return this.#object(real, depth);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  #object(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
    const { properties = {}, required = [], additionalProperties } = schema;
    const kept = Object.entries(properties).filter(
      ([name]) => depth <= deepest || required.includes(name),
    );
    if (kept.length === 0 && typeof additionalProperties === 'object')
      return fc.dictionary(
        fc.stringMatching(/^[a-z]{1,8}$/),
        this.of(additionalProperties, '', depth + 1),
        {
          maxKeys: itemsMost,
        },
      );
    const fields = kept.map(([name, one]) => [name, this.of(one, name, depth + 1)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: required, noNullPrototype: true });
  }

  /** An object whose fields are mostly those of the documented example, which is known to work. */
  like(schema: JsonSchema, example: unknown): fc.Arbitrary<unknown> {
    const real = this.resolve(schema);
    const { properties, required = [] } = real;
    if (typeof example !== 'object' || example === null || !properties) return this.of(schema, '');
    const fields = Object.entries(properties).map(([name, one]) => {
      const value = (example as Record<string, unknown>)[name];
      const made = this.of(one, name, 1);
      if (value === undefined) return [name, fc.option(made, { nil: undefined, freq: 1 })] as const;
      const shown = this.like(one, value);
      const isId = this.resolve(one).pattern !== undefined;
      const mixed = isId
        ? made
        : fc.oneof(
            { weight: 3, arbitrary: this.resolve(one).properties ? shown : fc.constant(value) },
            { weight: 1, arbitrary: made },
          );
      return [
        name,
        required.includes(name) ? mixed : fc.option(mixed, { nil: undefined, freq: 3 }),
      ] as const;
    });
    return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
  }
}

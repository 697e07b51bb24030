// What shall be asked: plans of requests for each operation of the page, valid, nearly valid and
// hostile. A plan still holds picks; test/fuzz/world.ts makes a request of it.

import fc from 'fast-check';
import { type Described, type JsonSchema, type OpenApi, operationsOf } from '../api/document.ts';
import { Values } from './values.ts';

export const credentialKinds = [
  'none',
  'broken',
  'operator',
  'owner',
  'auditor',
  'member',
  'account',
  'agent',
] as const;
export type CredentialKind = (typeof credentialKinds)[number];

export type Body =
  | { kind: 'none' }
  | { kind: 'json'; value: unknown }
  /** As bytes of latin1, with this media type. */
  | { kind: 'raw'; text: string; mediaType: string };

export interface Plan {
  operationId: string;
  credential: CredentialKind;
  /** Which of them, counted around. */
  index: number;
  params: Record<string, unknown>;
  query: [name: string, value: unknown][];
  headers: Record<string, unknown>;
  body: Body;
}

/** Text that has broken programs before. */
const nasty = fc.constantFrom(
  '',
  ' ',
  '0',
  '-1',
  '1e3',
  'NaN',
  'null',
  'true',
  '__proto__',
  'constructor',
  "' or 1=1 --",
  '%00',
  '%ff',
  '..%2f..%2f',
  '\u0000',
  '\ud800',
  '\u202e',
  '👩‍👩‍👧‍👦',
  '{"a":1}',
  '../../etc/passwd',
  '9'.repeat(400),
  'x'.repeat(5000),
);

const wrong: fc.Arbitrary<unknown> = fc.oneof(
  nasty,
  fc.constantFrom(null, true, -1, 0, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]]),
  fc.jsonValue({ maxDepth: 3 }),
);

function set(value: unknown, path: readonly string[], to: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return to;
  const before = typeof value === 'object' && value !== null ? value : {};
  const { [name]: inner, ...others } = before as Record<string, unknown>;
  const changed = set(inner, rest, to);
  return changed === undefined ? others : { ...others, [name]: changed };
}

/** Every place in a schema at which something can be wrong. */
function placesOf(values: Values, schema: JsonSchema, depth = 0): string[][] {
  const { properties = {} } = values.resolve(schema);
  if (depth > 3) return [];
  return Object.entries(properties).flatMap(([name, one]) => [
    [name],
    ...placesOf(values, one, depth + 1).map((path) => [name, ...path]),
  ]);
}

/** Valid but for one place, which is missing, unknown or wrong. */
function nearly(values: Values, schema: JsonSchema, valid: fc.Arbitrary<unknown>) {
  const places = placesOf(values, schema);
  const unknown = places.map((path) => [...path.slice(0, -1), 'surplus']);
  const place = fc.constantFrom(...(places.length > 0 ? [...places, ...unknown] : [['surplus']]));
  const change = fc.option(wrong, { nil: undefined, freq: 4 });
  return fc.tuple(valid, place, change).map(([value, path, to]) => set(value, path, to));
}

const hostileBody: fc.Arbitrary<Body> = fc.oneof(
  wrong.map((value) => ({ kind: 'json' as const, value })),
  fc.constant({ kind: 'none' as const }),
  fc.record({
    kind: fc.constant('raw' as const),
    text: fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 60 }),
      fc.constantFrom(
        '{',
        '\xff\xfe{}',
        '{"a":1,"a":2}',
        '{"__proto__":{"x":1},"constructor":1}',
        '{"name":1e999}',
        '{"name":"\\ud800"}',
        '[[[[[[[[]]]]]]]]',
        `${'['.repeat(20_000)}`,
        `{"name":"${'x'.repeat(140_000)}"}`,
      ),
    ),
    mediaType: fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ),
  }),
);

function bodies(values: Values, { body, operation }: Described): fc.Arbitrary<Body> {
  if (!body)
    return fc.oneof({ weight: 9, arbitrary: fc.constant({ kind: 'none' as const }) }, hostileBody);
  const { example } = operation.requestBody?.content?.['application/json'] ?? {};
  const valid = fc.oneof(values.like(body, example), values.of(body, ''));
  const json = (arbitrary: fc.Arbitrary<unknown>) =>
    arbitrary.map((value) => ({ kind: 'json' as const, value }));
  return fc.oneof(
    { weight: 6, arbitrary: json(valid) },
    { weight: 3, arbitrary: json(nearly(values, body, valid)) },
    { weight: 1, arbitrary: hostileBody },
  );
}

function plansOf(values: Values, one: Described): fc.Arbitrary<Plan> {
  const of = (where: string) => one.parameters.filter((parameter) => parameter.in === where);
  const valid = (where: string) =>
    Object.fromEntries(of(where).map(({ name, schema }) => [name, values.of(schema, name)]));
  const odd = (arbitrary: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 24, arbitrary }, { weight: 1, arbitrary: nasty });
  const params = Object.fromEntries(
    Object.entries(valid('path')).map(([name, arbitrary]) => [name, odd(arbitrary)]),
  );
  const known = fc.record(valid('query'), { requiredKeys: [], noNullPrototype: true });
  const strange = fc.tuple(
    fc.oneof(fc.constantFrom('limit', 'cursor', 'surplus', '__proto__'), nasty),
    nasty,
  );
  const query = fc
    .tuple(
      known,
      fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, fc.array(strange, { maxLength: 2 })),
    )
    .map(([object, more]): Plan['query'] => [...Object.entries(object), ...more]);
  const headers = Object.fromEntries(
    Object.entries(valid('header')).map(([name, arbitrary]) => [name, odd(arbitrary)]),
  );
  // Mostly somebody who may, or the deep paths stay unseen.
  const callers: readonly string[] = one.operation['x-callers'];
  const able = credentialKinds.filter(
    (kind) => callers.includes(kind) || callers.includes('anyone'),
  );
  return fc.record({
    operationId: fc.constant(one.operationId),
    credential: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...(able.length > 0 ? able : credentialKinds)) },
      { weight: 1, arbitrary: fc.constantFrom(...credentialKinds) },
    ),
    index: fc.nat(100),
    params: fc.record(params, { noNullPrototype: true }),
    query,
    headers: fc.record(headers, { requiredKeys: [], noNullPrototype: true }),
    body: bodies(values, one),
  });
}

/** Plans of all operations of the page. */
export function plans(document: OpenApi): fc.Arbitrary<Plan> {
  const values = new Values(document);
  // What takes things away comes seldom, or the rest would find nothing.
  const weightOf = ({ operationId }: Described) =>
    /delete|suspend|revoke/i.test(operationId) ? 1 : 4;
  return fc.oneof(
    ...operationsOf(document).map((one) => ({
      weight: weightOf(one),
      arbitrary: plansOf(values, one),
    })),
  );
}

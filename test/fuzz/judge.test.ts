// The judge of the fuzzer finds what it is there for, and the values are those of the page.

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { registerRoutes } from '../../src/api/app.ts';
import { openApiDocument } from '../../src/api/openapi/document.ts';
import { App } from '../../src/api/route.ts';
import { type OpenApi, operationsOf } from '../api/document.ts';
import { type Answer, Judge } from './judge.ts';
import type { CredentialKind } from './plan.ts';
import { Pick, Values } from './values.ts';

const app = new App();
registerRoutes(app);
const document = openApiDocument(app, '/') as OpenApi;
const [reading] = operationsOf(document).filter(({ operationId }) => operationId === 'user.list');
const id = 'r_0123456789abcdef';

function faults(answer: Partial<Answer>, type = 'application/json', by: CredentialKind = 'owner') {
  if (!reading) throw new Error('user.list is gone');
  const headers = new Headers({ 'x-request-id': id, 'content-type': type });
  const whole = { status: 200, headers, text: '{"items":[],"next":null}', ...answer };
  return new Judge(document).faults(reading, by, whole);
}

const problem = {
  type: '/problems/not_found',
  title: 'There is no such thing',
  status: 404,
  detail: 'There is no tenant.',
  code: 'not_found',
  requestId: id,
};

function problemFaults(changes: object, status = 404) {
  const text = JSON.stringify({ ...problem, ...changes });
  return faults({ status, text }, 'application/problem+json');
}

test('has nothing against answers that the page promises', () => {
  expect(faults({})).toEqual([]);
  expect(problemFaults({})).toEqual([]);
});

test.each([
  ['a status', () => faults({ status: 202 }), 'status 202 is not documented'],
  ['a media type', () => faults({}, 'text/html'), 'content-type is text/html'],
  ['a body', () => faults({ text: '{"items":[{}],"next":null}' }), 'must have required'],
  ['a surplus field', () => faults({ text: '{"items":[],"next":null,"x":1}' }), 'NOT have add'],
  ['no request id', () => faults({ headers: new Headers() }), 'x-request-id is ""'],
  ['a caller who may not', () => faults({}, undefined, 'none'), 'credential "none" may not'],
  [
    'a code of another status',
    () => problemFaults({ code: 'forbidden' }),
    'not documented for 404',
  ],
  ['a code that there is not', () => problemFaults({ code: 'oops' }), 'must be equal to one of'],
  ['a type of another code', () => problemFaults({ type: '/problems/busy' }), 'type is'],
  ['another id in the body', () => problemFaults({ requestId: 'r_x' }), 'requestId is r_x'],
  ['our inside', () => problemFaults({ detail: 'SQLITE_BUSY' }), 'shows our inside'],
  [
    'a fault of ours',
    () => problemFaults({ code: 'internal', type: '/problems/internal', status: 500 }, 500),
    '500 internal is a fault of ours',
  ],
])('finds %s', (_, found, expected) => {
  expect(found().join('\n')).toContain(expected);
});

test('looks at every line of an answer of lines', () => {
  const [lines] = operationsOf(document).filter(
    ({ operationId }) => operationId === 'audit.export',
  );
  if (!lines) throw new Error('audit.export is gone');
  const headers = new Headers({ 'x-request-id': id, 'content-type': 'application/jsonl' });
  const of = (text: string) =>
    new Judge(document).faults(lines, 'owner', { status: 200, headers, text });
  expect(of('')).toEqual([]);
  expect(of('{}\n{}\n')).toHaveLength(2);
});

function withoutPicks(value: unknown): unknown {
  if (value instanceof Pick) return withoutPicks(value.otherwise);
  if (Array.isArray(value)) return value.map(withoutPicks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutPicks(one)]));
}

test('the values of a schema are valid by it', () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(document, 'page');
  const values = new Values(document);
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const validate = ajv.compile({ $ref: `page#/components/schemas/${name}` });
    const property = fc.property(values.of(schema, ''), (value) => {
      validate(withoutPicks(value));
      expect(validate.errors, name).toBeNull();
    });
    fc.assert(property, { numRuns: 20 });
  }
});

import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { registerRoutes } from '../../src/api/app.ts';
import { examples } from '../../src/api/examples/all.ts';
import { openApiDocument } from '../../src/api/openapi/document.ts';
import { App } from '../../src/api/route.ts';
import { operations, systemOperations } from '../../src/model/permissions.ts';
import { createControlPlane } from '../control-plane.ts';
import { type OpenApi, operationsOf } from './document.ts';

const app = new App();
registerRoutes(app);
const document = openApiDocument(app, 'https://vpn.example.com') as OpenApi;
const all = operationsOf(document);

test('is served, and passes a public linter without an error or a warning', async () => {
  const plane = await createControlPlane();
  const response = await plane.request('/openapi.json');
  expect(response.status).toBe(200);
  const source = await response.text();
  expect(JSON.parse(source)).toEqual({ ...document, servers: [{ url: 'http://control.test' }] });
  // Sending a browser on (302) is a success too.
  const rules = { 'operation-2xx-response': 'off' } as const;
  const config = await createConfig({ extends: ['recommended'], rules });
  const problems = await lintFromString({ source, config });
  expect(problems.map(({ message, location }) => [message, location[0]?.pointer])).toEqual([]);
});

test('lists every operation under its name, below /v1', () => {
  expect(document.openapi).toBe('3.1.0');
  for (const { path } of all) expect(path).toMatch(/^\/v1\//);
  const own = new Set<string>(systemOperations);
  const expected = operations.filter((operation) => !own.has(operation));
  expect(all.map(({ operationId }) => operationId).sort()).toEqual(expected.sort());
});

test.each(all.map((one) => [one.operationId, one] as const))(
  '%s says who may, and its group is explained',
  (operationId, { operation }) => {
    expect(operation['x-permission']).toBe(operationId);
    expect(operation['x-callers']).not.toEqual([]);
    expect(operation.security).toEqual(
      operation['x-callers'].includes('anyone') ? [] : [{ bearer: [] }, { session: [] }],
    );
    const tag = operationId.split('.')[0];
    const hint = `describe "${tag}" in src/api/openapi/about.ts`;
    expect(
      document.tags.map(({ name }) => name),
      hint,
    ).toContain(tag);
  },
);

test.each(all.map((one) => [one.operationId, one] as const))(
  '%s takes and gives things that have a name',
  (operationId, { body, replies }) => {
    const hint =
      `${operationId} has a body or a reply without a name: export its schema from a module of ` +
      'src/model, as thingSchema, and list the module in src/api/openapi/names.ts';
    for (const schema of [body, ...replies.map((reply) => reply.schema)]) {
      const one = schema?.items ?? schema ?? {};
      expect(Object.keys(one.properties ?? {}), hint).toEqual([]);
    }
  },
);

test('says of each operation that draws on a quota that it may be used up', () => {
  const drawing = all.filter(({ replies }) =>
    replies.some(({ codes }) => codes?.includes('quota_reached')),
  );
  expect(drawing.map(({ operationId }) => operationId)).toEqual(
    expect.arrayContaining([
      ...['user.create', 'user.invite', 'gateway.create', 'device.create', 'device.reissue'],
      ...['link.create', 'link.redeem'],
    ]),
  );
});

test('says who may by roles, by account and by kind', () => {
  const callersOf = (name: string) =>
    all.find(({ operationId }) => operationId === name)?.operation['x-callers'];
  expect(callersOf('me.get')).toEqual(
    expect.arrayContaining(['operator', 'account', 'owner', 'member']),
  );
  expect(callersOf('session.list')).toEqual(['account']);
  expect(callersOf('user.create')).toEqual(['owner', 'admin']);
  expect(callersOf('gateway.state')).toEqual(['agent']);
  expect(callersOf('link.redeem')).toEqual(['anyone']);
});

describe('an example of', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'page');

  test.each(app.declared.map((spec) => [spec.operation, spec] as const))(
    '%s is there and valid, by its own schema and by the published one',
    (name, { body, reply }) => {
      const example = examples[name];
      const hint = `add "${name}": { body, reply } to the examples in src/api/examples/`;
      expect(example, hint).toBeDefined();
      expect([example?.body !== undefined, example?.reply !== undefined], hint).toEqual([
        body !== undefined,
        reply.schema !== undefined,
      ]);
      const issuesOf = (schema: z.ZodType | undefined, value: unknown) =>
        schema?.safeParse(value).error?.issues.map(({ path, message }) => [path, message]);
      const wrong = `correct "${name}" in src/api/examples/`;
      expect(issuesOf(body, example?.body), wrong).toBeUndefined();
      expect(issuesOf(reply.schema, example?.reply), wrong).toBeUndefined();
      const published = all.find(({ operationId }) => operationId === name);
      const schemas = [
        [published?.body, example?.body],
        [published?.replies[0]?.schema, example?.reply],
      ];
      for (const [schema, value] of schemas) {
        if (schema === undefined) continue;
        const text = JSON.stringify(schema).replaceAll('"#/', '"page#/');
        ajv.validate(JSON.parse(text), value);
        expect(ajv.errors, wrong).toBeNull();
      }
    },
  );
});

import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import { generateClient, generatedFile } from '../../scripts/client.ts';
import { printOperations } from '../../scripts/client-types.ts';
import type { Client, Device, Input, ListName, Reply } from '../../src/client/client.ts';
import type * as model from '../../src/model/device.ts';

test('the client is generated from the API as it is: else run "npm run client"', () => {
  const hint = 'src/client/operations.gen.ts is older than the API: run "npm run client"';
  expect(readFileSync(generatedFile, 'utf8') === generateClient(), hint).toBe(true);
});

test('the types of the page are those of the model', () => {
  expectTypeOf<Device>().toEqualTypeOf<model.Device>();
  expectTypeOf<Reply<'device.create'>>().toEqualTypeOf<model.Device>();
  expectTypeOf<Reply<'device.get'>>().toEqualTypeOf<model.DeviceDetail>();
  expectTypeOf<Reply<'gateway.delete'>>().toEqualTypeOf<undefined>();
  expectTypeOf<Reply<'gateway.state'>>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Input<'device.get'>['params']>().toEqualTypeOf<{
    tenantId: string;
    deviceId: string;
  }>();
  expectTypeOf<'device.list'>().toExtend<ListName>();
  expectTypeOf<'device.get'>().not.toExtend<ListName>();
});

/** Never called: the compiler is the test. */
async function refusedByTheCompiler(client: Client): Promise<void> {
  // @ts-expect-error there is no such operation
  await client.call('device.rename', { params: { tenantId: 't' } });
  // @ts-expect-error a device has params
  await client.call('device.get');
  // @ts-expect-error a gateway is not a tenant
  await client.call('tenant.get', { params: { gatewayId: 'gw' } });
  // @ts-expect-error a device needs a name
  await client.call('device.create', { params: { tenantId: 't' }, body: { userId: 'u' } });
  // @ts-expect-error a platform is one of a list
  const platform: Input<'device.create'>['body']['platform'] = 'amiga';
  // @ts-expect-error one device is no list
  client.pages('device.get', { params: { tenantId: 't', deviceId: platform ?? 'd' } });
  const deleted = await client.call('gateway.delete', {
    params: { tenantId: 't', gatewayId: 'g' },
  });
  deleted satisfies undefined;
  // What is optional may be left out or be undefined.
  await client.call('tenant.list');
  await client.call('tenant.list', { query: { limit: undefined } });
}

test('the compiler refuses what the API would', () => {
  expectTypeOf(refusedByTheCompiler).toBeFunction();
});

test('prints every shape of schema that zod writes', () => {
  const schema = {
    type: 'object',
    properties: {
      'odd-name': { type: ['string', 'null'], description: 'of */ it' },
      choice: { anyOf: [{ $ref: '#/components/schemas/A' }, { const: 3 }, { type: 'null' }] },
      map: { type: 'object', additionalProperties: { type: 'array', items: { enum: ['x', 1] } } },
      both: { allOf: [{ type: 'boolean' }, {}] },
    },
    required: ['choice'],
  };
  const components = { schemas: { T: schema } };
  const text = printOperations({ paths: {}, components });
  expect(text).toContain(
    [
      'export type T = {',
      '  /** of * / it */',
      '  "odd-name"?: string | null | undefined;',
      '  choice: A | 3 | null;',
      '  map?: Record<string, Array<"x" | 1>> | undefined;',
      '  both?: (boolean) & (unknown) | undefined;',
      '};',
    ].join('\n'),
  );
});

test('prints the headers that an operation takes as options', () => {
  const $ref = '#/components/parameters/idempotency-key';
  const shared = { name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } };
  const tag = { name: 'If-Match', in: 'header', schema: { type: 'string' } };
  const text = printOperations({
    paths: {
      '/v1/x': {
        post: {
          operationId: 'x.create',
          summary: 'Make one',
          parameters: [{ $ref }, tag],
          responses: { 204: { description: 'Done' } },
        },
      },
    },
    components: { schemas: {}, parameters: { 'idempotency-key': shared } },
  });
  expect(text).toContain(
    [
      '  /** Make one */',
      "  'x.create': {",
      '    idempotencyKey?: string | undefined;',
      '    ifMatch?: string | undefined;',
      '    reply: undefined;',
      '  };',
    ].join('\n'),
  );
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { SallyportError } from '../../src/model/errors.ts';
import { rateBindingNames } from '../../src/runtimes/workers-rates.ts';
import { readEdgeSettings } from '../../src/runtimes/workers-settings.ts';
import { operatorKey } from '../contract/plane.ts';
import { type Edge, startEdge, testRootKey } from '../edge.ts';

const complete = {
  SALLYPORT_PUBLIC_URL: 'https://vpn.example.com/',
  SALLYPORT_ROOT_KEY: testRootKey,
  SALLYPORT_OPERATOR_KEY: operatorKey,
  SALLYPORT_DATABASE_URL: 'https://{namespace}.db.example.com',
  SALLYPORT_DATABASE_ADMIN_URL: 'https://admin.example.com',
  HUB: { getByName: () => undefined },
  JOBS: { sendBatch: () => undefined },
  ...Object.fromEntries(rateBindingNames.map((name) => [name, { limit: () => undefined }])),
};

function refusalOf(bindings: object): SallyportError {
  try {
    readEdgeSettings({ ...bindings });
  } catch (error) {
    if (error instanceof SallyportError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

test('reads variables, secrets and bindings, and ignores bindings that are not its own', () => {
  expect(readEdgeSettings({ ...complete, ASSETS: {}, OTHER: 'x' })).toMatchObject({
    publicUrl: 'https://vpn.example.com',
    operatorKey,
    rootKey: new Uint8Array(32),
    logLevel: 'info',
    hubs: complete.HUB,
    queue: complete.JOBS,
    remote: { SALLYPORT_DATABASE_URL: complete.SALLYPORT_DATABASE_URL },
  });
});

test.each([
  'SALLYPORT_PUBLIC_URL',
  'SALLYPORT_ROOT_KEY',
  'SALLYPORT_DATABASE_URL',
  'SALLYPORT_DATABASE_ADMIN_URL',
  'HUB',
  'JOBS',
  ...rateBindingNames,
])('names %s when it is missing or empty', (name) => {
  for (const value of [undefined, '']) {
    const error = refusalOf({ ...complete, [name]: value });
    expect(error.code).toBe('misconfigured');
    expect(error.problems.map(({ field }) => field)).toEqual([name]);
  }
});

test.each([
  ['SALLYPORT_PUBLIC_URL', 'ftp://files.example.com'],
  ['SALLYPORT_ROOT_KEY', 'c2hvcnQtYW5kLXNlY3JldA'],
  ['SALLYPORT_SEALING_KEYS', 'y2026:c2hvcnQtYW5kLXNlY3JldA'],
  ['SALLYPORT_OPERATOR_KEY', 'a-key-that-is-short'],
  ['SALLYPORT_DATABASE_URL', 'https://one-for-all.example.com'],
  ['SALLYPORT_LOG_LEVEL', 'chatty'],
])('names %s when it is malformed, and keeps the value to itself', (name, value) => {
  const error = refusalOf({ ...complete, [name]: value });
  expect(error.message).toContain(name);
  expect(error.message).not.toContain(value);
});

test('without limits on requests, nobody has to count', () => {
  const without = Object.fromEntries(rateBindingNames.map((name) => [name, undefined]));
  const settings = { ...complete, ...without, SALLYPORT_RATE_LIMITS: 'off' };
  expect(readEdgeSettings(settings).rates).toBe('off');
});

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ secrets: { SALLYPORT_ROOT_KEY: 'malformed-root-key' } });
}, 120_000);
afterAll(() => edge.stop());

test('a Worker with a malformed secret answers nothing else, and logs it', async () => {
  for (const path of ['/healthz', '/v1/tenants', '/']) {
    const response = await edge.request(path);
    expect(response.status).toBe(503);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({
      code: 'misconfigured',
      detail: expect.stringContaining('SALLYPORT_ROOT_KEY must be 32 random bytes'),
    });
    expect(body).not.toContain('malformed-root-key');
  }
  const lines = edge.harness.getLogs().map(({ message }) => message);
  const refusals = lines.filter((line) => line.includes('cannot start'));
  expect(refusals.length).toBeGreaterThanOrEqual(3);
  expect(JSON.parse(refusals[0] ?? '')).toMatchObject({
    level: 'error',
    err: { message: expect.stringContaining('SALLYPORT_ROOT_KEY') },
  });
  expect(lines.join('\n')).not.toContain('malformed-root-key');
});

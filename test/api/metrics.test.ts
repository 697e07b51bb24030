import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { runJob } from '../../src/jobs/run.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import {
  apiOf,
  createDevice,
  createTenant,
  enrolledGateway,
  operatorKey,
  type Plane,
  publicKey,
} from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';
import { createWorld } from '../jobs/world.ts';
import { parsePrometheus, sampleOf } from '../prometheus.ts';

const asOperator = { headers: { authorization: `Bearer ${operatorKey}` } };

async function scrape(plane: Plane) {
  const response = await plane.request('/metrics', asOperator);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parsePrometheus(await response.text());
}

test('the page reads by the book and counts requests, refusals and what is open', async () => {
  const plane = await createControlPlane({}, { credential: 1 });
  const tenant = await createTenant(plane);
  await enrolledGateway(plane, tenant);
  await tenant.api('GET', tenant.path('/gateways'));
  await tenant.api('GET', tenant.path('/gateways/gw_0000000000000000'));
  for (let i = 0; i < 3; i++) await apiOf(plane, `sps_${'0'.repeat(39)}`)('GET', '/v1/me');
  await apiOf(plane)('GET', '/nowhere');
  const page = await scrape(plane);
  const requests = (operation: string, status: string) =>
    sampleOf(page, 'sallyport_requests_total', { operation, status });
  expect(requests('tenant.create', '2xx')).toBe(1);
  expect(requests('gateway.list', '2xx')).toBe(1);
  expect(requests('gateway.get', '4xx')).toBe(1);
  expect(requests('me.get', '4xx')).toBe(3);
  expect(requests('none', '4xx')).toBe(1);
  const failures = { credential: 'session' };
  expect(sampleOf(page, 'sallyport_authentication_failures_total', failures)).toBe(1);
  expect(sampleOf(page, 'sallyport_rate_limited_total', { policy: 'credential' })).toBe(2);
  expect(sampleOf(page, 'sallyport_tenant_databases_open')).toBe(1);
  expect(sampleOf(page, 'sallyport_hub_waiters')).toBe(0);
  expect(sampleOf(page, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  const reads = { class: 'read' };
  expect(sampleOf(page, 'sallyport_request_duration_seconds_count', reads)).toBe(5);
  expect([...page.values()].every(({ help }) => help.endsWith('.'))).toBe(true);
});

test('a waiting agent is in the gauge as long as it waits', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  const { body } = await tenant.api<Gateway>('GET', tenant.path(`/gateways/${gateway.id}`));
  const path = `/v1/agent/state?since=${body.revision}&wait=50`;
  const waiting = plane.fetch(new Request(`http://control.test${path}`, { headers }));
  const waiters = async () => sampleOf(await scrape(plane), 'sallyport_hub_waiters');
  await expect.poll(waiters).toBe(1);
  await createDevice(tenant, { publicKey: publicKey() });
  expect((await waiting).status).toBe(200);
  expect(await waiters()).toBe(0);
});

test('10,000 hostile requests make no series that was not there', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const paths = [
    (text: string) => `/${text}`,
    (text: string) => `/l/${text}`,
    (text: string) => `/v1/tenants/${text}/users`,
    (text: string) => `/v1/tenants/${tenant.id}/gateways/${text}`,
    (text: string) => `/v1/agent/state?since=${text}`,
    (text: string) => `/problems/${text}`,
  ];
  const methods = ['GET', 'POST', 'DELETE', 'PATCH', 'PROPFIND'];
  const send = async (i: number) => {
    const text = encodeURIComponent(`"}\n\\{${randomBytes(6).toString('latin1')}${i}`);
    const init = {
      method: methods[i % methods.length] ?? 'GET',
      headers: { authorization: `Bearer ${text}`, 'x-request-id': text, 'user-agent': text },
    };
    const path = paths[i % paths.length]?.(text) ?? '';
    await (await plane.request(path, init)).arrayBuffer();
  };
  const seriesOf = async () => {
    const page = await scrape(plane);
    const samples = [...page.values()].flatMap((family) => family.samples);
    return new Set(samples.map(({ name, labels }) => JSON.stringify([name, labels])));
  };
  // Twice each combination of path and method.
  for (let i = 0; i < 60; i++) await send(i);
  await seriesOf();
  const before = await seriesOf();
  for (let i = 0; i < 10_000; i++) await send(i);
  expect([...(await seriesOf())].filter((series) => !before.has(series))).toEqual([]);
  expect([...before].some((series) => series.includes(tenant.id))).toBe(false);
}, 120_000);

test('only the operator reads it', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const statusFor = async (init: RequestInit) => (await plane.request('/metrics', init)).status;
  expect(await statusFor({})).toBe(401);
  const key = { headers: { authorization: `Bearer ${tenant.key}` } };
  expect(await statusFor(key)).toBe(403);
  expect(await statusFor({ headers: { authorization: 'Bearer nonsense' } })).toBe(401);
  expect(await statusFor(asOperator)).toBe(200);
  // Without the setting, being on the same machine is not enough.
  expect(await statusFor({ headers: { 'cf-connecting-ip': '127.0.0.1' } })).toBe(401);
});

test.each([
  ['127.0.0.1', {}, 200],
  ['::1', {}, 200],
  ['203.0.113.1', {}, 401],
  // What a proxy on the machine passes on comes from somewhere else.
  ['127.0.0.1', { 'x-forwarded-for': '203.0.113.1' }, 401],
  ['127.0.0.1', { forwarded: 'for=203.0.113.1' }, 401],
])('where the machine may, %s with %j gets %i', async (address, headers, status) => {
  const { services } = await createControlPlane();
  const silent = { info: () => undefined, error: () => undefined };
  const app = createApp(services, silent, { addressOf: () => address, localMetrics: true });
  expect((await app.request('/metrics', { headers })).status).toBe(status);
});

test('jobs count by kind and outcome, and unknown kinds as one', async () => {
  const world = await createWorld();
  const { id: tenantId, db } = await world.tenant();
  const job = { payload: '{}', dueAt: 1, createdAt: 1, attempts: 1, lastError: null };
  const status = 'waiting' as const;
  const runner = world.runner({
    fine: async () => 'done',
    again: async () => ({ repeatAt: 2_000_000_000_000 }),
    broken: () => Promise.reject(new Error('no')),
  });
  for (const [id, kind] of ['fine', 'again', 'broken', 'evil"kind'].entries())
    await runJob(runner, { job: { ...job, status, id: `j${id}`, kind }, tenantId, db });
  const page = parsePrometheus(world.services.metrics.text());
  expect(page.get('sallyport_jobs_total')?.samples.map(({ labels }) => labels)).toEqual([
    { kind: 'fine', outcome: 'done' },
    { kind: 'again', outcome: 'repeated' },
    { kind: 'broken', outcome: 'failed' },
    { kind: 'unknown', outcome: 'dead' },
  ]);
});

test('faults count by what the log says, and databases by what went wrong', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const body = { name: 'one', endpoint: { host: 'vpn.example.com' } };
  for (let i = 0; i < 2; i++) await tenant.api('POST', tenant.path('/gateways'), body);
  const broken = { ...plane.services.tenants, open: () => Promise.reject(new Error('disk gone')) };
  Object.assign(plane.services, { tenants: broken });
  await apiOf(plane, operatorKey)('GET', tenant.path(''));
  const page = await scrape(plane);
  expect(sampleOf(page, 'sallyport_faults_total', { event: 'fault' })).toBe(1);
  expect(sampleOf(page, 'sallyport_database_errors_total', { code: 'constraint' })).toBe(1);
  expect(sampleOf(page, 'sallyport_database_errors_total', { code: 'other' })).toBeUndefined();
});

// Jobs in a real workerd: cron, queue, and a database that is away meanwhile.

import { createClient } from '@libsql/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { standingJobKinds } from '../../src/model/job.ts';
import { createTenant } from '../contract/plane.ts';
import { type Edge, startEdge } from '../edge.ts';
import { databaseUrl } from '../sqld.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
}, 120_000);
afterAll(() => edge.stop());

interface Line {
  message: string;
  tenantId?: string;
  kind?: string;
}

/** Lines of the log of this kind, about this tenant if one is given. */
function logged(message: string, tenantId?: string): Line[] {
  const lines = edge.harness.getLogs().flatMap(({ message: text }): Line[] => {
    return text.startsWith('{') ? [JSON.parse(text)] : [];
  });
  return lines.filter(
    (line) => line.message === message && (tenantId === undefined || line.tenantId === tenantId),
  );
}

async function write(namespace: string, sql: string): Promise<void> {
  const db = createClient({ url: databaseUrl(edge.sqld, namespace) });
  await db.execute(sql);
  db.close();
}

/** A tenant whose jobs are due, as they are some hours after it was made. */
async function createDueTenant(): Promise<string> {
  const { id } = await createTenant(edge);
  await write(id.replace('_', '-'), 'update jobs set due_at = 0');
  await write('directory', `update job_wakeups set due_at = 0 where tenant_id = '${id}'`);
  return id;
}

async function runCron(): Promise<string> {
  const { outcome } = await edge.worker.scheduled({ cron: '* * * * *' });
  return outcome;
}

async function send(body: unknown): Promise<void> {
  const { JOBS } = await edge.worker.getEnv();
  await JOBS.send(body);
}

/** Kinds of the tenant's jobs that were done, each as often as it was. */
function kindsDone(tenantId: string): unknown[] {
  return logged('job.done', tenantId)
    .map(({ kind }) => kind)
    .sort();
}

const patience = { timeout: 25_000, interval: 50 };

test('cron hands a tenant to the queue, whose consumer runs its due jobs', async () => {
  const id = await createDueTenant();
  expect(await runCron()).toBe('ok');
  await vi.waitFor(() => expect(kindsDone(id)).toEqual([...standingJobKinds].sort()), patience);
});

test("cron has the directory's own queue looked into as well", async () => {
  expect(await runCron()).toBe('ok');
  const own = () => logged('job.done').filter(({ kind }) => kind === 'pruneDirectory');
  await vi.waitFor(() => expect(own()).toHaveLength(1), patience);
});

test('what a request causes is looked into without the cron, after the answer', async () => {
  const tenant = await createTenant(edge);
  const body = { url: 'https://hooks.example.invalid/' };
  expect((await tenant.api('POST', tenant.path('/webhooks'), body)).status).toBe(201);
  const sent = () => logged('outlet.failed', tenant.id);
  await vi.waitFor(() => expect(sent()).toHaveLength(1), patience);
  await vi.waitFor(() => expect(kindsDone(tenant.id)).toContain('webhook'), patience);
});

test('a message that comes twice, or names nobody, does no harm', async () => {
  const id = await createDueTenant();
  const strangers = [{ tenantId: 't_0000000000000000' }, { tenantId: null }, { tenantId: null }];
  for (const body of [{ tenantId: id }, ...strangers, { tenantId: id }]) await send(body);
  await send({ tenantId: 'everybody' });
  await vi.waitFor(() => expect(logged('jobs.unknown_message')).toHaveLength(1), patience);
  await vi.waitFor(() => expect(kindsDone(id)).toEqual([...standingJobKinds].sort()), patience);
  expect(logged('jobs.unreachable')).toEqual([]);
});

test('a message is delivered again when the database was away', async () => {
  const id = await createDueTenant();
  edge.sqld.mishap = 'away';
  await send({ tenantId: id });
  await vi.waitFor(() => expect(logged('jobs.unreachable', id).length).toBe(1), patience);
  edge.sqld.mishap = 'none';
  await vi.waitFor(() => expect(kindsDone(id)).toEqual([...standingJobKinds].sort()), patience);
}, 60_000);

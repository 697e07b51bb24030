import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { expect, test } from 'vitest';
import { createTenant } from '../contract/plane.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { freePort, spawnServer, startServer } from '../server.ts';

test('starts without configuration, prints an owner link, and stops on SIGTERM', async () => {
  const data = join(temporaryDirectory(), 'deep', 'data');
  const server = await startServer({
    data,
    port: await freePort(),
    environment: { SALLYPORT_OPERATOR_KEY: '' },
  });
  expect((await server.request('/healthz')).status).toBe(200);
  expect(await (await server.request('/style.css')).text()).toContain('color-scheme');
  await expect.poll(server.output).toMatch(/\/setup\/\w+/);
  const [path = ''] = /\/setup\/\w+/.exec(server.output()) ?? [];
  expect((await server.request(path)).status).toBe(200);
  server.process.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

test('keeps its root key and databases to itself, across restarts', async () => {
  const data = temporaryDirectory();
  const port = await freePort();
  const first = await startServer({ data, port });
  const tenant = await createTenant(first);
  first.process.kill('SIGTERM');
  await first.ended;
  // What was in the write-ahead log is in the file: a clean stop leaves whole databases.
  const log = join(data, `tenants/${tenant.id}.db-wal`);
  expect(existsSync(log) ? statSync(log).size : 0).toBe(0);
  const key = readFileSync(join(data, 'root.key'), 'utf8');
  for (const name of ['root.key', 'directory.db', `tenants/${tenant.id}.db`])
    expect(statSync(join(data, name)).mode & 0o077).toBe(0);
  const second = await startServer({ data, port });
  const authorization = `Bearer ${tenant.key}`;
  const response = await second.request(tenant.path(''), { headers: { authorization } });
  expect(response.status).toBe(200);
  expect(readFileSync(join(data, 'root.key'), 'utf8')).toBe(key);
});

test('runs the jobs that came due while it was not there', async () => {
  const data = temporaryDirectory();
  const port = await freePort();
  const first = await startServer({ data, port });
  const tenant = await createTenant(first);
  first.process.kill('SIGTERM');
  await first.ended;
  for (const [name, table] of [
    [`tenants/${tenant.id}.db`, 'jobs'],
    ['directory.db', 'job_wakeups'],
  ]) {
    const client = createClient({ url: `file:${join(data, name ?? '')}` });
    await client.execute(`update ${table} set due_at = 0`);
    client.close();
  }
  const second = await startServer({ data, port });
  await expect.poll(second.output, { timeout: 20_000 }).toContain('"msg":"job.done"');
  expect(second.output()).toContain(`"kind":"prune","jobId":"prune","tenantId":"${tenant.id}"`);
  second.process.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('refuses to share its data directory with a second process', async () => {
  const data = temporaryDirectory();
  await startServer({ data, port: await freePort() });
  const second = spawnServer({ data, port: await freePort() });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain('Another Sallyport uses the data directory');
});

test('says which setting is wrong and does not start', async () => {
  const environment = { SALLYPORT_OPERATOR_KEY: 'short' };
  const server = spawnServer({ data: temporaryDirectory(), port: await freePort(), environment });
  expect(await server.ended).toBe(1);
  expect(server.output()).toContain('SALLYPORT_OPERATOR_KEY must be at least 32 characters');
  expect(server.output()).not.toContain('    at ');
});

test('says that the port is taken', async () => {
  const port = await freePort();
  await startServer({ data: temporaryDirectory(), port });
  const second = spawnServer({ data: temporaryDirectory(), port });
  expect(await second.ended).toBe(1);
  expect(second.output()).toMatch(/Cannot listen on 127\.0\.0\.1:\d+/);
});

test('refuses a damaged root key instead of making a new one', async () => {
  const data = temporaryDirectory();
  writeFileSync(join(data, 'root.key'), 'damaged\n');
  const server = spawnServer({ data, port: await freePort() });
  expect(await server.ended).toBe(1);
  expect(server.output()).toContain('Restore the file from a backup');
});

test.skipIf(process.getuid?.() !== 0)('works as a user without rights', async () => {
  const data = temporaryDirectory();
  chmodSync(data, 0o777);
  const server = await startServer({ data: join(data, 'own'), port: await freePort(), uid: 65534 });
  expect((await server.request('/healthz')).status).toBe(200);
  expect(statSync(join(data, 'own', 'root.key')).uid).toBe(65534);
});

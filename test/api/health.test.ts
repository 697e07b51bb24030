// Whether the control plane lives, and whether it can work.

import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import type { Services } from '../../src/operations/services.ts';
import { createControlPlane } from '../control-plane.ts';
import { startSqld } from '../sqld.ts';

function appOver(services: Services) {
  const lines: string[] = [];
  const write = (fields: object, message: string) =>
    void lines.push(JSON.stringify({ message, ...fields }));
  const app = createApp(services, { info: () => undefined, error: write });
  const ready = async () => {
    const response = await app.request('/readyz');
    return { status: response.status, body: await response.json() };
  };
  return { app, lines, ready };
}

test('a control plane whose directory answers is ready, and one look serves a second', async () => {
  const plane = await createControlPlane();
  const before = plane.statements.length;
  const looks = () => plane.statements.length - before;
  for (let i = 0; i < 50; i++) {
    const response = await plane.request('/readyz');
    expect([response.status, await response.text()]).toEqual([200, '{"status":"ready"}']);
  }
  expect(looks()).toBe(1);
  plane.advanceClock(1000);
  await plane.request('/readyz');
  expect(looks()).toBe(2);
  await plane.request('/healthz');
  expect(looks()).toBe(2);
});

test('a directory of another version is not ready, and says so', async () => {
  const plane = await createControlPlane();
  const client = createClient({ url: `file:${join(plane.data, 'directory.db')}` });
  await client.execute("insert into _migrations values ('9999_later', 1)");
  client.close();
  const { ready } = appOver(plane.services);
  expect(await ready()).toMatchObject({ status: 503, body: { code: 'not_migrated' } });
  expect((await plane.request('/healthz')).status).toBe(200);
});

test('a directory that never answers is not ready, in time, and is asked once', async () => {
  const plane = await createControlPlane();
  let asked = 0;
  const directory = {
    ...plane.services.directory,
    run: () => {
      asked++;
      return new Promise<never>(() => undefined);
    },
  };
  const now = plane.services.now();
  const { ready, lines } = appOver({ ...plane.services, directory, now: () => now });
  const answers = await Promise.all(Array.from({ length: 200 }, ready));
  for (const { status, body } of answers)
    expect([status, body]).toEqual([503, expect.objectContaining({ code: 'busy' })]);
  expect(asked).toBe(1);
  expect(lines.filter((line) => line.includes('not_ready'))).toHaveLength(1);
});

test('a control plane becomes ready again with its database server', async () => {
  const sqld = await startSqld();
  onTestFinished(() => sqld.stop());
  const plane = await createControlPlane(sqld.environment);
  const status = async () => {
    plane.advanceClock(1000);
    return (await plane.request('/readyz')).status;
  };
  expect(await status()).toBe(200);
  await sqld.stop();
  expect(await status()).toBe(503);
});

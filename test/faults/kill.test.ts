// kill -9 of the control plane in the middle of writes, 200 times: nothing acknowledged is lost.

import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { expect, test } from 'vitest';
import {
  apiOf,
  createTenant,
  enrolledGateway,
  publicKey,
  type TestTenant,
} from '../contract/plane.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { freePort, type Server, startServer } from '../server.ts';

const kills = 200;
const writers = 4;

/** Creates devices until the server is gone; returns those that it acknowledged. */
async function writeUntilDead(server: Server, tenant: TestTenant): Promise<string[]> {
  const acknowledged: string[] = [];
  const api = apiOf(server, tenant.key);
  try {
    for (;;) {
      const body = { userId: tenant.ownerId, name: 'x', publicKey: publicKey() };
      const reply = await api<{ id: string }>('POST', tenant.path('/devices'), body);
      if (reply.status !== 201) throw new Error(reply.text);
      acknowledged.push(reply.body.id);
    }
  } catch (error) {
    if (server.process.signalCode === null && !server.process.killed) throw error;
    return acknowledged;
  }
}

function afterMilliseconds(delay: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay));
}

test(`nothing acknowledged is lost in ${kills} kills at random moments`, async () => {
  const data = temporaryDirectory();
  const port = await freePort();
  let server = await startServer({ data, port });
  const tenant = await createTenant(server);
  await enrolledGateway(server, tenant, { pools: { v4: '10.0.0.0/12' } });
  const acknowledged: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const running = server;
    const writing = Promise.all(
      Array.from({ length: writers }, () => writeUntilDead(running, tenant)),
    );
    await afterMilliseconds(Math.random() * 120);
    running.process.kill('SIGKILL');
    acknowledged.push(...(await writing).flat());
    await running.ended;
    server = await startServer({ data, port });
  }
  server.process.kill('SIGTERM');
  await server.ended;
  const db = createClient({ url: `file:${join(data, 'tenants', `${tenant.id}.db`)}` });
  const { rows } = await db.execute('select id from devices');
  const kept = new Set(rows.map((row) => String(row.id)));
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(kills);
  const whole = await db.execute(
    `select (select count(*) from devices) devices, (select count(*) from peers) peers,
      (select count(*) from credentials) credentials, (select peer_count from gateways) counted,
      (select count(*) from revisions where operation = 'device.create') created`,
  );
  const [counts] = whole.rows;
  for (const part of ['peers', 'credentials', 'counted', 'created'])
    expect([part, counts?.[part]]).toEqual([part, counts?.devices]);
  const check = await db.execute('pragma integrity_check');
  expect(check.rows[0]?.integrity_check).toBe('ok');
  db.close();
});

// kill -9 of the control plane in the middle of writes, 200 times: nothing acknowledged is lost.

import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { expect, test } from 'vitest';
import { createTenant, enrolledGateway } from '../contract/plane.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { freePort, startServer } from '../server.ts';
import { expectNothingLost, manyDevices, writeAndKill } from './writers.ts';

// A fresh process needs some of it for its first write.
const mostMilliseconds = 500;
/** Two hundred starts and as many moments, on a machine with other things to do. */
const timeout = 1_200_000;
const kills = 200;

test(`nothing acknowledged is lost in ${kills} kills at random moments`, { timeout }, async () => {
  const data = temporaryDirectory();
  const port = await freePort();
  let server = await startServer({ data, port, environment: manyDevices });
  const tenant = await createTenant(server);
  await enrolledGateway(server, tenant, { pools: { v4: '10.0.0.0/12' } });
  const acknowledged: string[] = [];
  for (let round = 0; round < kills; round++) {
    const running = server;
    const kill = () => running.process.kill('SIGKILL');
    acknowledged.push(...(await writeAndKill(running, tenant, kill, mostMilliseconds)));
    await running.ended;
    server = await startServer({ data, port, environment: manyDevices });
  }
  server.process.kill('SIGTERM');
  await server.ended;
  const db = createClient({ url: `file:${join(data, 'tenants', `${tenant.id}.db`)}` });
  await expectNothingLost(db, acknowledged);
  expect(acknowledged.length).toBeGreaterThan(kills);
  db.close();
});

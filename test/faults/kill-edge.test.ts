// kill -9 of workerd and of the database server in the middle of writes, in turns: nothing
// acknowledged is lost, and the hub tells agents the truth afterwards.

import { createClient } from '@libsql/client';
import { expect, onTestFinished, test } from 'vitest';
import { createTenant, enrolledGateway } from '../contract/plane.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { databaseUrl, startSqld } from '../sqld.ts';
import { startWorkerd } from '../workerd.ts';
import { expectNothingLost, manyDevices, writeAndKill } from './writers.ts';

const mostMilliseconds = 1000;
const kills = 20;

test(`nothing acknowledged is lost in ${kills} kills at random moments`, async () => {
  const sqld = await startSqld();
  onTestFinished(() => sqld.stop());
  const workerd = await startWorkerd(temporaryDirectory(), {
    ...sqld.environment,
    ...manyDevices,
  });
  const tenant = await createTenant(workerd);
  const gateway = await enrolledGateway(workerd, tenant, { pools: { v4: '10.0.0.0/12' } });
  const acknowledged: string[] = [];
  for (let round = 0; round < kills; round++) {
    const isWorkerd = round % 2 === 0;
    const kill = isWorkerd ? workerd.kill : sqld.restart;
    acknowledged.push(...(await writeAndKill(workerd, tenant, kill, mostMilliseconds)));
    if (isWorkerd) await workerd.start();
    // Whatever the hub missed, no agent stays behind its next report.
    const since = round + 1;
    const report = {
      revision: since,
      sections: {},
      peerDigest: '0'.repeat(32),
      peerCount: 0,
      versions: { agent: 'test' },
      peers: [],
    };
    expect((await gateway.api('POST', '/v1/agent/report', report)).status).toBe(200);
    const path = tenant.path(`/gateways/${gateway.id}`);
    const { revision } = (await tenant.api<{ revision: number }>('GET', path)).body;
    const behind = await gateway.api('GET', `/v1/agent/state?since=${revision - 1}`);
    expect(behind.status).toBe(200);
    const ahead = await gateway.api('GET', `/v1/agent/state?since=${revision}`);
    expect(ahead.status).toBe(204);
  }
  await workerd.kill();
  const db = createClient({ url: databaseUrl(sqld, tenant.id.replace('_', '-')) });
  await expectNothingLost(db, acknowledged);
  expect(acknowledged.length).toBeGreaterThan(kills);
  db.close();
});

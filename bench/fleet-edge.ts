// The edge runtime under measurement: a bare workerd beside a real libSQL server. Around our Worker
// is another one that counts how often a hub comes into being: again after each sleep.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBareWorkerd } from '../test/bare-workerd.ts';
import { operatorKey } from '../test/contract/plane.ts';
import { startSqld } from '../test/sqld.ts';
import { type EdgeTarget, manyDevices } from './fleet-target.ts';

const bootsPath = '/bench/boots/';

const around = `import worker, { GatewayHub as Hub } from './workers.js';
export class GatewayHub extends Hub {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec('create table if not exists boots (n integer)');
    ctx.storage.sql.exec('insert into boots values (1)');
  }
  boots() {
    return this.ctx.storage.sql.exec('select count(*) as n from boots').one().n;
  }
}
export default {
  ...worker,
  async fetch(request, env, ctx) {
    const [, tenant] = new URL(request.url).pathname.split('${bootsPath}');
    if (!tenant) return worker.fetch(request, env, ctx);
    return new Response(String(await env.HUB.getByName(tenant).boots()));
  },
};
`;

export async function startWorkerd(): Promise<EdgeTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-workerd-'));
  const sqld = await startSqld();
  const environment = { ...sqld.environment, SALLYPORT_QUOTAS: manyDevices };
  const workerd = await startBareWorkerd({ folder, environment, around });
  return {
    kind: 'edge',
    name: 'workerd, sqld',
    url: workerd.url,
    operatorKey,
    pid: workerd.pid,
    async boots(tenantId) {
      const answer = await workerd.request(`${bootsPath}${tenantId}`);
      return Number(await answer.text());
    },
    databaseRequests: () => sqld.requests,
    async stop() {
      await workerd.kill();
      await sqld.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

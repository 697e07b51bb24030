// How many agents one core can tell that there is nothing new, beside a bare Node server and a bare
// Hono route in the same run.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../scripts/free-port.ts';
import type { Gateway } from '../src/model/gateway.ts';
import { createTenant, enrolledGateway, operatorKey, type Plane } from '../test/contract/plane.ts';
import {
  type Contender,
  measure,
  pinned,
  printRates,
  readyMs,
  startBare,
  warmUp,
} from './contenders.ts';
import { type Sheet, whole } from './figures.ts';
import { statementsDuring } from './statements.ts';

const goalPerSecond = 5000;
const goalPercent = 50;

/** The real program with a gateway that has everything. */
async function startSallyport(data: string): Promise<Contender> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const counting = ['--import', './bench/programs/count-statements.ts', 'src/runtimes/node.ts'];
  // Its log goes where a service's log goes: into a file.
  const script = ['exec "$0" "$@" 2>"$LOG"', process.execPath, ...counting];
  const server = pinned(['sh', '-c', ...script], {
    LOG: join(data, 'log'),
    SALLYPORT_DATA: data,
    SALLYPORT_LISTEN: `127.0.0.1:${port}`,
    SALLYPORT_OPERATOR_KEY: operatorKey,
    // Counting is measured too, being refused is not.
    SALLYPORT_RATE_LIMITS: 'agent=1000000000',
  });
  await server.waitFor(/Sallyport is ready/, readyMs);
  const plane: Plane = { request: (path, init) => fetch(origin + path, init) };
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const { body } = await tenant.api<Gateway>('GET', tenant.path(`/gateways/${gateway.id}`));
  const url = `${origin}/v1/agent/state?since=${body.revision}`;
  const headers = ['-H', `authorization=Bearer ${await gateway.token()}`];
  return { name: 'Sallyport, 204', url, headers, server, rates: [] };
}

function print(sheet: Sheet, contenders: readonly Contender[]): void {
  const [own = 0, node = 0] = printRates(sheet, contenders);
  const share = Math.round((own / node) * 100);
  sheet.goal(`at least ${whole(goalPerSecond)}/s`, own >= goalPerSecond);
  sheet.goal(`at least ${goalPercent} % of bare Node`, share >= goalPercent, `${share} %`);
}

export async function idleWatch(sheet: Sheet): Promise<void> {
  sheet.title('idle-watch: gateway.state with nothing new, requests on one core');
  const data = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const contenders: Contender[] = [];
  try {
    const sallyport = await startSallyport(data);
    contenders.push(sallyport);
    contenders.push(
      await startBare('baseline: bare Node http, 304', 'bench/programs/bare-node.ts'),
    );
    contenders.push(await startBare('baseline: bare Hono, 204', 'bench/programs/bare-hono.ts'));
    await warmUp(contenders);
    const work = () => measure(contenders);
    const { result: asked, statements } = await statementsDuring(sallyport.server, work);
    print(sheet, contenders);
    const seen = `${statements.length} in ${whole(asked)} requests`;
    sheet.goal("no statement but the job clock's", statements.length === 0, seen);
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
    rmSync(data, { recursive: true, force: true });
  }
}

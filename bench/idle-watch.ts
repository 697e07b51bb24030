// How many agents one core can tell that there is nothing new, beside a bare Node server and a bare
// Hono route in the same run.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { nodeCommand, repository } from '../lab/node.ts';
import { LabProcess, run } from '../lab/process.ts';
import { freePort } from '../scripts/free-port.ts';
import type { Gateway } from '../src/model/gateway.ts';
import { createTenant, enrolledGateway, operatorKey, type Plane } from '../test/contract/plane.ts';
import { median, type Sheet, whole } from './figures.ts';
import { statementsDuring } from './statements.ts';

const serverCore = '0';
const loadCore = '1';
const connections = 32;
const rounds = 3;
const roundSeconds = 4;
const warmSeconds = 2;
const readyMs = 20_000;
/** Of the kernel's clock in /proc, on every architecture that we know. */
const ticksPerSecond = 100;
const goalPerSecond = 5000;
const goalPercent = 50;

const loadSchema = z.object({
  requests: z.object({ total: z.int() }),
  /** Seconds. */
  duration: z.number(),
  '2xx': z.int(),
  '3xx': z.int(),
  errors: z.int(),
  timeouts: z.int(),
});

interface Rate {
  perSecond: number;
  /** What the server would do if it had its core for itself: others use this machine too. */
  perCpuSecond: number;
}

interface Contender {
  name: string;
  url: string;
  headers: string[];
  server: LabProcess;
  /** A value for each round. */
  rates: Rate[];
}

/** Why this machine cannot run it, as text. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'it pins programs to cores, which needs Linux';
  if (availableParallelism() < 2) return 'it needs two cores: one serves, the other one asks';
  return undefined;
}

function pinned(argv: readonly string[], env: NodeJS.ProcessEnv = {}): LabProcess {
  const options = { env: { PATH: process.env.PATH, ...env }, cwd: repository };
  return new LabProcess(['taskset', '-c', serverCore, ...argv], options);
}

async function startBare(name: string, program: string): Promise<Contender> {
  const port = await freePort();
  const server = pinned(nodeCommand(program, [`${port}`]));
  await server.waitFor(/ready/, readyMs);
  return { name, url: `http://127.0.0.1:${port}/v1/agent/state`, headers: [], server, rates: [] };
}

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

/** Seconds of CPU that a process has used. */
function cpuSeconds(pid: number | undefined): number {
  // Behind the name in brackets, which may hold anything, come user and system time.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Asks as fast as it can. Throws when an answer was no success. */
async function load({ name, url, headers, server }: Contender, seconds: number) {
  const cannon = nodeCommand('node_modules/autocannon/autocannon.js', [
    ...['--json', '--no-progress', '-c', `${connections}`, '-d', `${seconds}`],
    ...headers,
    url,
  ]);
  const before = cpuSeconds(server.pid);
  const { stdout } = await run(['taskset', '-c', loadCore, ...cannon], {
    cwd: repository,
    timeoutMs: seconds * 1000 + readyMs,
  });
  const used = cpuSeconds(server.pid) - before;
  const result = loadSchema.parse(JSON.parse(stdout));
  const { requests, errors, timeouts } = result;
  if (errors + timeouts > 0 || result['2xx'] + result['3xx'] < requests.total)
    throw new Error(`${name}: some requests failed: ${JSON.stringify(result)}`);
  const { total } = requests;
  return { asked: total, perSecond: total / result.duration, perCpuSecond: total / used };
}

async function measure(contenders: readonly Contender[]): Promise<number> {
  let asked = 0;
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const { asked: now, ...rate } = await load(contender, roundSeconds);
      contender.rates.push(rate);
      if (contender === contenders[0]) asked += now;
    }
  }
  return asked;
}

function print(sheet: Sheet, contenders: readonly Contender[]): void {
  const medians = contenders.map(({ rates }) => median(rates.map((rate) => rate.perCpuSecond)));
  const [own = 0, node = 0] = medians;
  sheet.text(
    "per second of the server's CPU, median; beside it what others left of the core, by clock",
  );
  for (const [i, { name, rates }] of contenders.entries()) {
    const walls = rates.map(({ perSecond }) => perSecond);
    const range = `${whole(Math.min(...walls))} to ${whole(Math.max(...walls))}/s by clock`;
    sheet.figure(name, `${whole(medians[i] ?? 0)}/s`, range);
  }
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
    for (const contender of contenders) await load(contender, warmSeconds);
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

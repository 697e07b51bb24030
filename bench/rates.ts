// Requests per second of an idle watch and of device.create on each set-up, beside a bare Hono
// route and a bare libSQL batch in the same run. `npx node bench/rates.ts [node] [sqld] [edge]`

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@libsql/client';
import { z } from 'zod';
import { freePort } from '../scripts/free-port.ts';
import { enrolledGateway } from '../test/contract/plane.ts';
import { startSqld } from '../test/sqld.ts';
import { Sheet, whole } from './figures.ts';
import { Connection } from './fleet-connection.ts';
import { makeTenant, planeOf } from './fleet-enrol.ts';
import {
  type EdgeTarget,
  type NodeTarget,
  pin,
  processorSecondsOf,
  startNodeFiles,
  startNodeSqld,
} from './fleet-target.ts';

const serverCore = 1;
const loadCore = '0';
const watchers = 32;
const writers = 8;
const roundSeconds = 5;
const warmSeconds = 2;

interface Rate {
  perSecond: number;
  /** What the server would do with a core for itself; undefined when its process is not known. */
  perProcessorSecond: number | undefined;
}

const loadSchema = z.object({
  requests: z.object({ total: z.int() }),
  duration: z.number(),
  '2xx': z.int(),
  errors: z.int(),
  timeouts: z.int(),
});

async function cannon(url: string, token: string, seconds: number) {
  const { stdout } = await promisify(execFile)('taskset', [
    ...['-c', loadCore, process.execPath, 'node_modules/autocannon/autocannon.js'],
    ...['--json', '--no-progress', '-c', String(watchers), '-d', String(seconds)],
    ...['-H', `authorization=Bearer ${token}`, url],
  ]);
  const { requests, duration, errors, timeouts, ...answers } = loadSchema.parse(JSON.parse(stdout));
  if (errors + timeouts > 0 || answers['2xx'] < requests.total)
    throw new Error(`some requests to ${url} failed: ${stdout.slice(0, 500)}`);
  return { count: requests.total, seconds: duration };
}

/** Repeats the work in so many places at once; gives how often it was done. */
async function repeat(places: number, seconds: number, work: (place: number) => Promise<void>) {
  const began = performance.now();
  const until = began + seconds * 1000;
  let count = 0;
  const one = async (_: unknown, place: number): Promise<void> => {
    while (performance.now() < until) {
      await work(place);
      count++;
    }
  };
  await Promise.all(Array.from({ length: places }, one));
  return { count, seconds: (performance.now() - began) / 1000 };
}

async function rateOf(
  pid: number | undefined,
  work: (seconds: number) => Promise<{ count: number; seconds: number }>,
): Promise<Rate> {
  await work(warmSeconds);
  const before = pid === undefined ? 0 : processorSecondsOf(pid);
  const { count, seconds } = await work(roundSeconds);
  const used = pid === undefined ? undefined : processorSecondsOf(pid) - before;
  return { perSecond: count / seconds, perProcessorSecond: used && count / used };
}

function print(sheet: Sheet, what: string, { perSecond, perProcessorSecond }: Rate): void {
  const note = perProcessorSecond ? `${whole(perProcessorSecond)} per CPU second` : '';
  sheet.figure(what, `${whole(perSecond)}/s`, note);
}

async function bareHono(): Promise<Rate> {
  const port = await freePort();
  const child: ChildProcess = spawn(
    process.execPath,
    ['bench/programs/bare-hono.ts', String(port)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  try {
    if (child.pid !== undefined) pin(child.pid, serverCore);
    const url = `http://127.0.0.1:${port}/v1/agent/state`;
    return await rateOf(child.pid, (seconds) => cannon(url, 'none', seconds));
  } finally {
    child.kill();
  }
}

/** One row a batch, in the mode in which the file driver writes; no Sallyport in between. */
async function bareBatch(url: string, shared: boolean): Promise<Rate> {
  const open = () => createClient({ url, concurrency: 1 });
  const client = open();
  if (shared) await client.execute('PRAGMA journal_mode = WAL');
  if (shared) await client.execute('PRAGMA synchronous = FULL');
  await client.execute('create table rows (id integer primary key, text text not null)');
  const statement = { sql: 'insert into rows (text) values (?)', args: ['x'.repeat(200)] };
  // Over HTTP a client per batch, as the remote driver has it.
  const rate = await rateOf(undefined, (seconds) =>
    repeat(shared ? 1 : writers, seconds, async () => {
      const one = shared ? client : open();
      await one.batch([statement], 'write');
      if (!shared) one.close();
    }),
  );
  client.close();
  return rate;
}

async function bareBatchOnServer(): Promise<Rate> {
  const sqld = await startSqld();
  try {
    const { SALLYPORT_DATABASE_URL: template = '', SALLYPORT_DATABASE_ADMIN_URL: admin = '' } =
      sqld.environment;
    const headers = { 'content-type': 'application/json' };
    const url = `${admin}/v1/namespaces/bare/create`;
    const made = await fetch(url, { method: 'POST', headers, body: '{}' });
    if (!made.ok) throw new Error(`no namespace: ${made.status}`);
    return await bareBatch(template.replace('{namespace}', 'bare'), false);
  } finally {
    await sqld.stop();
  }
}

async function bareBatchOnFile(): Promise<Rate> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-bare-'));
  try {
    return await bareBatch(`file:${join(directory, 'bare.db')}`, true);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(sheet: Sheet, target: NodeTarget | EdgeTarget): Promise<void> {
  const plane = planeOf(target);
  const tenant = await makeTenant(target, plane);
  const gateway = await enrolledGateway(plane, tenant);
  const { body } = await tenant.api<{ revision: number }>(
    'GET',
    tenant.path(`/gateways/${gateway.id}`),
  );
  if (target.kind === 'node') target.pin(serverCore);
  const token = await gateway.token();
  const url = `${target.url}/v1/agent/state?since=${body.revision}`;
  const watch = await rateOf(target.pid(), (seconds) => cannon(url, token, seconds));
  print(sheet, `${target.name}: gateway.state, nothing new`, watch);
  const connections = Array.from({ length: writers }, () => new Connection(target.url));
  const create = await rateOf(target.pid(), (seconds) =>
    repeat(writers, seconds, async (place) => {
      const publicKey = randomBytes(32).toString('base64');
      const device = JSON.stringify({ userId: tenant.ownerId, name: 'phone', publicKey });
      const question = { path: tenant.path('/devices'), token: tenant.key, body: device };
      const answer = await connections[place]?.ask({ method: 'POST', ...question });
      if (answer?.status !== 201) throw new Error(`no device: ${answer?.status} ${answer?.body}`);
    }),
  );
  for (const connection of connections) connection.close();
  print(sheet, `${target.name}: device.create`, create);
}

/** @param setups `node`, `sqld`, `edge` */
export async function measureRates(sheet: Sheet, setups: readonly string[]): Promise<void> {
  sheet.title(`requests per second, load ${loadavg()[0]?.toFixed(1)}`);
  print(sheet, 'baseline: bare Hono on Node', await bareHono());
  print(sheet, 'baseline: bare libSQL batch, file', await bareBatchOnFile());
  print(sheet, 'baseline: bare libSQL batch, sqld', await bareBatchOnServer());
  for (const setup of setups) {
    const target = await (setup === 'edge'
      ? (await import('./fleet-edge.ts')).startWorkerd()
      : (setup === 'sqld' ? startNodeSqld : startNodeFiles)(''));
    try {
      await measure(sheet, target);
    } finally {
      await target.stop();
    }
  }
  sheet.text(`load at the end ${loadavg()[0]?.toFixed(1)}`);
}

if (import.meta.main) {
  const asked = process.argv.slice(2);
  const setups = asked.length > 0 ? asked : ['node', 'sqld', 'edge'];
  await measureRates(new Sheet(console.log), setups);
  process.exit(0);
}

// What one added device costs on a gateway with few and with many peers, beside handing WireGuard
// the whole file, and what a panel takes.

import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { z } from 'zod';
import { presentPeers, untilRevision } from '../lab/crowd.ts';
import { nodeCommand } from '../lab/node.ts';
import { endScene, type Scene, setScene } from '../lab/scene.ts';
import { ControlPlane as AgentsApi } from '../src/agent/api.ts';
import { filesIn } from '../src/agent/files.ts';
import { readEnrolled, readIdentityKey } from '../src/agent/identity.ts';
import { makeNodeHost } from '../src/runtimes/agent-node-host.ts';
import { fastestQuarter, median, milliseconds, type Sheet, whole } from './figures.ts';
import { type CountedStatement, statementsDuring } from './statements.ts';

const sizes = [10, 1000, 5000];
const warmUps = 5;
const warmUpsFirst = 150;
const adds = 150;
const baselineRuns = 10;
const reportMs = 10_000;
const growthMost = 1.5;
const documentBytesMost = 1024;
const tapped = 'bench/programs/tapped-agent.ts';
const counter = ['--import', './bench/programs/count-statements.ts'];

interface Cost {
  peers: number;
  /** From the call of the API to the agent's word that it is applied, each in ms. */
  applied: number[];
  /** The API's own part of it. */
  answered: number[];
  /** Of the agent, per device. */
  cpuMs: number;
  /** `wg set` and the like that one device took, and nothing else. */
  programs: string[];
  documentBytes: number;
  wireBytes: number;
  statements: CountedStatement[];
  /** Tables that a query plan reads from one end, to the other one or up to a limit. */
  scans: string[];
  baselines: { syncconf: number; set: number };
}

const lineSchema = z.object({
  ran: z.string().optional(),
  cpuMicroseconds: z.int().optional(),
});

function tapsIn(lines: readonly string[]) {
  return lines
    .filter((line) => line.startsWith('{"ran"') || line.startsWith('{"cpuMicroseconds"'))
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

function cpuMsOf(lines: readonly string[]): number {
  const last = tapsIn(lines).findLast(({ cpuMicroseconds }) => cpuMicroseconds !== undefined);
  return (last?.cpuMicroseconds ?? 0) / 1000;
}

/** What the agent ran for the change that it applied last. */
function programsOfLast(lines: readonly string[]): string[] {
  const isApplied = (line: string) => line.includes('.applied"');
  const end = lines.findLastIndex(isApplied);
  const begin = lines.slice(0, end).findLastIndex(isApplied);
  return tapsIn(lines.slice(begin, end)).flatMap(({ ran }) => ran ?? []);
}

/** Whether the agent has reported what it applied last. */
function hasReported(lines: readonly string[]): true | undefined {
  const applied = lines.findLastIndex((line) => line.includes('.applied"'));
  const reported = lines.findLastIndex((line) => line.startsWith('{"reported"'));
  return reported > applied ? true : undefined;
}

/** Adds one device and waits for the agent's own word. Polls nothing. */
async function addOne({ crowd, gateway }: Scene) {
  const begin = performance.now();
  const { revision } = await crowd.add();
  const answered = performance.now() - begin;
  await untilRevision(gateway.agent, revision);
  const applied = performance.now() - begin;
  await gateway.agent.until(hasReported, reportMs);
  return { answered, applied, revision };
}

/** The delta that leads to a revision, fetched once more as the agent does. */
async function fetchDelta({ gateway, door }: Scene, revision: number) {
  const node = makeNodeHost();
  let wireBytes = 0;
  const host = {
    ...node,
    http: async (request: Parameters<typeof node.http>[0]) => {
      const { method, headers } = request;
      const path = new URL(request.url).pathname + new URL(request.url).search;
      const answer = await door.send({ method, path, headers });
      wireBytes = answer.wireBytes;
      return { status: answer.status, headers: {}, body: answer.body };
    },
  };
  try {
    const files = filesIn(gateway.folder);
    const enrolled = readEnrolled(host, files);
    const identity = readIdentityKey(host, files);
    if (!enrolled || !identity) throw new Error('the gateway is not enrolled');
    const answer = await new AgentsApi(host, enrolled, identity).fetchState(revision - 1, 0);
    if (answer.kind !== 'document') throw new Error(`no delta, but ${JSON.stringify(answer)}`);
    return { documentBytes: Buffer.byteLength(answer.text), wireBytes };
  } finally {
    node.close();
  }
}

/** What one device causes in the control plane's databases, and which of it reads whole tables. */
async function statementsOfOne(scene: Scene) {
  const { controlPlane, gateway, lab, tenant } = scene;
  const work = () => addOne(scene);
  const { statements } = await statementsDuring(controlPlane.process, work);
  const programs = programsOfLast(gateway.agent.lines);
  const path = join(lab.scratch, 'control', 'tenants', `${tenant.id}.db`);
  const client = createClient({ url: `file:${path}`, intMode: 'number' });
  const scans: string[] = [];
  for (const { sql, args } of statements) {
    const { rows } = await client.execute({ sql: `explain query plan ${sql}`, args });
    scans.push(...rows.flatMap(({ detail }) => /^SCAN (\w+)/.exec(`${detail}`)?.[1] ?? []));
  }
  client.close();
  return {
    programs,
    statements,
    scans: [...new Set(scans)].filter((table) => table !== 'CONSTANT'),
  };
}

const timesSchema = z.object({ ran: z.array(z.number()) });

/** Milliseconds of `wg syncconf` with the whole file and one change in it, and of one `wg set`. */
async function baselines({ lab }: Scene): Promise<Cost['baselines']> {
  const gateway = lab.node('gateway');
  const file = join(lab.scratch, 'whole.conf');
  const key = 'A'.repeat(43);
  const peer = `[Peer]\\nPublicKey = ${key}=\\nAllowedIPs = 10.127.255.1/32\\n`;
  const show = `umask 077; wg showconf sallyport0 >${file}; printf '${peer}' >>${file}`;
  await gateway.exec(['sh', '-c', show]);
  const remove = `wg set sallyport0 peer ${key}= remove`;
  const argv = nodeCommand('bench/programs/time-command.ts', [
    `${baselineRuns}`,
    `wg syncconf sallyport0 ${file}`,
    remove,
  ]);
  const { stdout } = await gateway.exec(argv, { timeoutMs: 60_000 });
  await gateway.exec(['rm', '-f', file]);
  const [syncconf = 0, set = 0] = stdout
    .trim()
    .split('\n')
    .map((line) => median(timesSchema.parse(JSON.parse(line)).ran));
  return { syncconf, set };
}

async function measure(scene: Scene): Promise<Cost> {
  const { gateway, lab } = scene;
  for (let i = 0; i < warmUps; i++) await addOne(scene);
  const peers = (await presentPeers(lab.node('gateway'))).size;
  const cpuBefore = cpuMsOf(gateway.agent.lines);
  const all: Awaited<ReturnType<typeof addOne>>[] = [];
  for (let i = 0; i < adds; i++) all.push(await addOne(scene));
  const cpuMs = (cpuMsOf(gateway.agent.lines) - cpuBefore) / adds;
  return {
    peers,
    cpuMs,
    applied: all.map(({ applied }) => applied),
    answered: all.map(({ answered }) => answered),
    ...(await fetchDelta(scene, all.at(-1)?.revision ?? 0)),
    ...(await statementsOfOne(scene)),
    baselines: await baselines(scene),
  };
}

/** Adds devices and takes them off again, or the compiler's work would weigh on the first size. */
async function warmUp(scene: Scene): Promise<void> {
  const { crowd, gateway } = scene;
  for (let i = 0; i < warmUpsFirst; i++) await addOne(scene);
  for (const { id } of await crowd.active()) await crowd.revoke(id);
  await untilRevision(gateway.agent, await crowd.revision(gateway.id));
}

/** Lets the gateway have that many peers, applied. */
async function growTo({ crowd, gateway, lab }: Scene, size: number): Promise<void> {
  const present = (await presentPeers(lab.node('gateway'))).size;
  await crowd.addMany(Math.max(0, size - present));
  await untilRevision(gateway.agent, await crowd.revision(gateway.id));
  await gateway.agent.until(hasReported, reportMs);
}

function printCost(sheet: Sheet, cost: Cost): void {
  const { applied, answered, programs, statements, baselines: base } = cost;
  sheet.text(`${whole(cost.peers)} peers`);
  const api = `of it ${milliseconds(median(answered))} until the API answers`;
  sheet.figure('  added to applied, median', milliseconds(median(applied)), api);
  const worst = `worst of ${adds}: ${milliseconds(Math.max(...applied))}`;
  sheet.figure('  fastest quarter', milliseconds(fastestQuarter(applied)), worst);
  sheet.figure("  the agent's CPU", milliseconds(cost.cpuMs), 'per device, without wg itself');
  const wire = `${whole(cost.wireBytes)} bytes with the head of the answer`;
  sheet.figure('  the delta', `${whole(cost.documentBytes)} bytes`, wire);
  sheet.figure('  programs run', `${programs.length}`, programs.join(', '));
  sheet.figure('  SQL statements', `${statements.length}`, 'the report of the agent among them');
  const scanned = cost.scans.join(', ');
  sheet.figure('  tables scanned', `${cost.scans.length}`, scanned);
  sheet.figure('  baseline: wg syncconf, one change', milliseconds(base.syncconf), 'alone');
  sheet.figure('  baseline: wg set', milliseconds(base.set), 'alone');
}

function printGoals(sheet: Sheet, costs: readonly Cost[]): void {
  const [first, last] = [costs[0], costs.at(-1)];
  if (!first || !last) throw new Error('nothing was measured');
  const growth = median(last.applied) / median(first.applied);
  const quiet = fastestQuarter(last.applied) / fastestQuarter(first.applied);
  const sqls = costs.map(({ statements }) =>
    statements
      .map(({ sql }) => sql)
      .sort()
      .join('\n'),
  );
  const onlySet = costs.every(({ programs }) => programs.join() === 'wg set');
  const scansPeers = costs.some(({ scans }) => scans.some((text) => /peers|devices/.test(text)));
  const bytes = Math.max(...costs.map(({ documentBytes }) => documentBytes));
  const grown = `by ${growth.toFixed(2)}; the fastest quarter by ${quiet.toFixed(2)}`;
  sheet.goal(`time grows by ${growthMost} at most`, growth <= growthMost, grown);
  sheet.goal('one wg set and no other program', onlySet);
  sheet.goal('a delta below 1 KiB', bytes < documentBytesMost, `${whole(bytes)} bytes`);
  sheet.goal('the same statements at every size', new Set(sqls).size === 1);
  sheet.goal('no statement reads all peers or devices', !scansPeers);
}

export async function delta(sheet: Sheet): Promise<void> {
  sheet.title('delta: one device added on a gateway with few peers and with many');
  const scene = await setScene({ agentProgram: tapped, controlPlaneOptions: counter });
  try {
    await warmUp(scene);
    const costs: Cost[] = [];
    for (const size of sizes) {
      await growTo(scene, size - warmUps);
      costs.push(await measure(scene));
      printCost(sheet, costs.at(-1) as Cost);
    }
    sheet.text('scanned: of revisions the newest row alone; of gateways the tenant has few');
    sheet.figure('baseline: wg-easy 15, create, 10 clients', '194-413 ms', 'measured elsewhere');
    sheet.figure('baseline: the same, 1,000 clients', '1.4-1.6 s', 'growing with all clients');
    printGoals(sheet, costs);
  } finally {
    await endScene(scene);
  }
}

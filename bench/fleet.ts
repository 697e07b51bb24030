// A fleet of gateways on one control plane: memory, how fast changes wake them, what idling costs.
// `npx node bench/fleet.ts --help` says how it is called.

import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { limits } from '../src/model/limits.ts';
import type { FleetHabits } from './fleet-agent.ts';

import { enrolFleet, type Fleet } from './fleet-enrol.ts';
import {
  beginWatching,
  countPollsAtEdge,
  countPollsOnNode,
  type PollCosts,
  wakeAll,
  wakeOneByOne,
  watchMemory,
} from './fleet-measure.ts';
import { columns, printCosts, printTable, type Result, rowOf } from './fleet-table.ts';
import {
  type AnyTarget,
  allowFiles,
  type EdgeTarget,
  memoryOf,
  type NodeTarget,
  pin,
  startNodeFiles,
  startNodeHeld,
  startNodeSqld,
} from './fleet-target.ts';

const help = `npx node bench/fleet.ts [options]
  --runtime node|sqld|edge|held  which control plane to start (default node); "held" is Node,
                        which tells nobody of the change of everything before it is made
  --url URL --operator-key KEY [--pid PID]
                        use one that runs instead; PID is whose memory is measured
  --gateways N,N,...    sizes of the fleet (default 100,1000,10000)
  --per-tenant N        gateways of each tenant, at most ${limits.gatewaysPerTenant} (default 64)
  --watch S             how long a watch waits in seconds; 0 polls every second (default 55);
                        "socket" is told by a WebSocket, where the control plane has them
  --settle S            how long idling is watched for memory (default 70)
  --samples N           gateways woken one by one (default 500)
  --node-options TEXT   for the control plane's process (default none)
  --unpinned            do not keep the control plane on one core`;

/** The platform says ten seconds. */
const hubSleepsAfterMilliseconds = 15_000;
const pauseMilliseconds = 2500;

interface Options {
  runtime: string;
  running: AnyTarget | undefined;
  gateways: number[];
  perTenant: number;
  habits: FleetHabits;
  settleSeconds: number;
  samples: number;
  nodeOptions: string;
  pinned: boolean;
}

function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean' },
      runtime: { type: 'string', default: 'node' },
      url: { type: 'string' },
      'operator-key': { type: 'string' },
      pid: { type: 'string' },
      gateways: { type: 'string', default: '100,1000,10000' },
      'per-tenant': { type: 'string', default: '64' },
      watch: { type: 'string', default: '55' },
      settle: { type: 'string', default: '70' },
      samples: { type: 'string', default: '500' },
      'node-options': { type: 'string', default: '' },
      unpinned: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { url, pid, 'operator-key': operatorKey } = values;
  if (url !== undefined && operatorKey === undefined) throw new Error('--operator-key is missing');
  const running = url !== undefined && operatorKey !== undefined;
  return {
    runtime: values.runtime,
    running: running
      ? { kind: 'running', name: url, url, operatorKey, pid: () => (pid ? Number(pid) : undefined) }
      : undefined,
    gateways: values.gateways.split(',').map(Number),
    perTenant: Math.min(Number(values['per-tenant']), limits.gatewaysPerTenant),
    habits: {
      watch: values.watch === 'socket' ? 'socket' : Number(values.watch),
      pollMilliseconds: 1000,
      applyMilliseconds: 100,
    },
    settleSeconds: Number(values.settle),
    samples: Number(values.samples),
    nodeOptions: values['node-options'],
    pinned: !values.unpinned,
  };
}

function failuresOf({ agents }: Fleet): string[] {
  const kinds = Map.groupBy(
    agents.filter((agent) => agent.failures > 0),
    (agent) => agent.lastFailure,
  );
  return [...kinds].map(([reason, several]) => `${several.length} agents: ${reason}`);
}

/** A fresh process has no memory of the enrolment, and shows that agents come back. */
async function restart(own: NodeTarget, pinned: boolean): Promise<void> {
  await own.pause();
  await own.resume();
  if (pinned) own.pin(1);
}

/** The control plane is fresh, or asleep, when the measuring begins. */
async function prepare(target: AnyTarget, options: Options): Promise<void> {
  if (target.kind === 'node') await restart(target, options.pinned);
  if (options.pinned && target.kind === 'node') pin(process.pid, 0);
}

/** Hubs that nobody but sockets keeps go to sleep by themselves; agents have made their reports. */
async function rest(target: AnyTarget): Promise<void> {
  await sleep(target.kind === 'edge' ? hubSleepsAfterMilliseconds : pauseMilliseconds);
}

/** How often the hubs of all tenants came into being. */
async function bootsOf(target: AnyTarget, { tenants }: Fleet): Promise<number> {
  if (target.kind !== 'edge') return 0;
  let boots = 0;
  for (const { id } of tenants) boots += await target.boots(id);
  return boots;
}

async function countPolls(target: AnyTarget, fleet: Fleet): Promise<PollCosts | undefined> {
  if (target.kind === 'edge') return countPollsAtEdge(target, fleet);
  if (target.kind === 'running') return undefined;
  await target.pause();
  return countPollsOnNode(target, fleet);
}

async function measure(target: AnyTarget, count: number, options: Options): Promise<Result> {
  const began = performance.now();
  const fleet = await enrolFleet(target, count, options.perTenant, options.habits);
  const enrolSeconds = (performance.now() - began) / 1000;
  await prepare(target, options);
  const backMilliseconds = await beginWatching(fleet);
  const boots = await bootsOf(target, fleet);
  const idleBytes = await watchMemory(target, options.settleSeconds);
  await rest(target);
  const wakeOne = await wakeOneByOne(fleet, options.samples);
  await rest(target);
  const all = await wakeAll(target, fleet);
  const wokenHubs = (await bootsOf(target, fleet)) - boots;
  // The reports that follow are part of what a change costs in memory.
  await watchMemory(target, 10);
  const pid = target.pid();
  const peakBytes = pid === undefined ? undefined : memoryOf(pid).peak;
  const failures = failuresOf(fleet);
  for (const agent of fleet.agents) agent.end();
  return {
    gateways: count,
    tenants: fleet.tenants.length,
    enrolSeconds,
    backMilliseconds,
    idleBytes,
    peakBytes,
    wakeOne,
    wakeAll: all,
    wokenHubs,
    polls: await countPolls(target, fleet),
    failures,
    load: loadavg()[0] ?? 0,
  };
}

async function startTarget({ runtime, nodeOptions }: Options): Promise<NodeTarget | EdgeTarget> {
  if (runtime === 'sqld') return startNodeSqld(nodeOptions);
  if (runtime === 'node') return startNodeFiles(nodeOptions);
  if (runtime === 'held') return startNodeHeld(nodeOptions);
  if (runtime !== 'edge') throw new Error(`there is no runtime ${runtime}`);
  // Loaded when it is needed: it brings the whole of wrangler along.
  return (await import('./fleet-edge.ts')).startWorkerd();
}

async function measureOwn(options: Options, count: number): Promise<Result> {
  const own = await startTarget(options);
  try {
    return await measure(own, count, options);
  } finally {
    await own.stop();
  }
}

export async function runFleet(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (!options) return console.log(help);
  const { running, gateways, runtime } = options;
  allowFiles(Math.max(...gateways) + 1000);
  console.log(running?.name ?? runtime);
  const rows: string[][] = [];
  for (const count of gateways) {
    const result = await (running ? measure(running, count, options) : measureOwn(options, count));
    for (const failure of result.failures) console.log(`${count}: ${failure}`);
    rows.push(rowOf(result));
  }
  printTable(columns, rows);
  printCosts();
}

if (import.meta.main) {
  await runFleet(process.argv.slice(2));
  process.exit(0);
}

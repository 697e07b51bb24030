// The control plane under measurement: one that runs already, or a Node process of our own.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../scripts/free-port.ts';
import { type Sqld, startSqld } from '../test/sqld.ts';

export interface Target {
  name: string;
  url: string;
  operatorKey: string;
  /** Whose memory is measured, when it is known. */
  pid(): number | undefined;
}

/** One that runs already. */
export interface RunningTarget extends Target {
  kind: 'running';
}

/** A process of ours that may be stopped, started again and looked into. */
export interface NodeTarget extends Target {
  kind: 'node';
  /** What makes the same control plane elsewhere, once it is paused. */
  environment: Record<string, string>;
  /**
   * Has the hub keep to itself what has changed, and the next time tell all at once. Gives how many
   * milliseconds it took to release those who wait.
   */
  holdBack?(): Promise<number>;
  /** Keeps the process on one core. */
  pin(core: number): void;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export interface EdgeTarget extends Target {
  kind: 'edge';
  /** How often the hub of a tenant came into being; asking wakes it. */
  boots(tenantId: string): Promise<number>;
  /** Requests that have reached the database server so far. */
  databaseRequests(): number;
  stop(): Promise<void>;
}

export type AnyTarget = RunningTarget | NodeTarget | EdgeTarget;

const operatorKey = 'operator-key-of-the-bench-0123456789';

/** All devices of a tenant are its owner's. */
export const manyDevices = 'devicesPerUser=50000';

/** Resident memory in bytes, and the most it ever was. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
}

/** Processor seconds that a process has used so far. */
export function processorSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function pin(pid: number, core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
}

/**
 * Makes sure that this process and its children may hold `count` connections.
 * @throws Error that says what to do
 */
export function allowFiles(count: number): void {
  const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const allowed = Number(line?.[1]);
  if (allowed >= count) return;
  try {
    execFileSync('prlimit', [`--pid=${process.pid}`, `--nofile=${count}:${count}`]);
  } catch {
    throw new Error(
      `This needs ${count} open files, and ${allowed} are allowed. ` +
        `Run "ulimit -n ${count}" as root in this shell first, if this machine lets you.`,
    );
  }
}

/** As `npm start` and the service's unit have it. */
const usualFlags = ['--v8-pool-size=1', '--max-semi-space-size=16', '--heap-growing-percent=25'];

// What is measured is what a deployment runs: the bundle, in half the memory of its source.
const bundle = 'dist/control-plane/node.mjs';
const heldHub = 'bench/programs/held-hub.ts';

async function startNode(
  program: string,
  environment: Record<string, string>,
): Promise<ChildProcess> {
  if (program === bundle) execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'ignore' });
  const child = spawn(process.execPath, [...usualFlags, program], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      said += String(chunk);
      if (said.includes('Sallyport is ready')) resolve();
    });
    child.once('close', (code) => reject(new Error(`the control plane ended: ${code}`)));
  });
  return child;
}

/** Resolves with what the process says next of the time it took. */
function toldIn(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const hear = (chunk: Buffer): void => {
      const [, milliseconds] = /^Told all in (\S+) ms$/m.exec(String(chunk)) ?? [];
      if (milliseconds === undefined) return;
      child.stdout?.off('data', hear);
      resolve(Number(milliseconds));
    };
    child.stdout?.on('data', hear);
  });
}

async function endOf(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function startOwn(
  name: string,
  sqld: Sqld | undefined,
  nodeOptions: string,
  program = bundle,
): Promise<NodeTarget> {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-fleet-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const environment = {
    SALLYPORT_DATA: data,
    SALLYPORT_LISTEN: listen,
    SALLYPORT_OPERATOR_KEY: operatorKey,
    // The whole fleet comes from one address.
    SALLYPORT_RATE_LIMITS: 'off',
    SALLYPORT_QUOTAS: manyDevices,
    NODE_OPTIONS: nodeOptions,
    ...sqld?.environment,
  };
  let child: ChildProcess | undefined = await startNode(program, environment);
  const pause = async (): Promise<void> => {
    if (child) await endOf(child);
    child = undefined;
  };
  return {
    kind: 'node',
    name,
    url: `http://${listen}`,
    operatorKey,
    environment,
    pid: () => child?.pid,
    pin: (core) => {
      if (child?.pid !== undefined) pin(child.pid, core);
    },
    pause,
    async resume() {
      child = await startNode(program, environment);
    },
    ...(program === heldHub && {
      holdBack: async () => {
        child?.kill('SIGUSR2');
        return child ? toldIn(child) : Number.NaN;
      },
    }),
    async stop() {
      await pause();
      await sqld?.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/**
 * Node with its databases as files.
 * @param nodeOptions for the control plane's process, such as `--max-semi-space-size=8`
 */
export function startNodeFiles(nodeOptions: string): Promise<NodeTarget> {
  return startOwn('Node, files', undefined, nodeOptions);
}

/** The same, with a hub that can be held back. */
export function startNodeHeld(nodeOptions: string): Promise<NodeTarget> {
  return startOwn('Node, files, hub held back', undefined, nodeOptions, heldHub);
}

/** Node with a libSQL server of its own. */
export async function startNodeSqld(nodeOptions: string): Promise<NodeTarget> {
  return startOwn('Node, sqld', await startSqld(), nodeOptions);
}

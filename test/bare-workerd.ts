// The Worker's bundle in a bare workerd, without wrangler around it: one process that can be killed
// and started again at once, on the same storage.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildWorker } from '../scripts/build-worker.ts';
import { freePort } from '../scripts/free-port.ts';
import { operatorKey, type Plane } from './contract/plane.ts';

/** The program itself: the `bin` of its package is a script around it, which would die alone. */
export const workerd: { default: string } = createRequire(import.meta.url)('workerd');

/** 32 zero bytes: a root key, and no secret. */
export const testRootKey = 'A'.repeat(43);

export interface Workerd extends Plane {
  url: string;
  pid(): number | undefined;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it and waits until it answers. */
  start(): Promise<void>;
}

/** The modules of a folder for workerd's configuration, which takes the first for the Worker. */
export function modulesIn(folder: string, main: string): string {
  const others = readdirSync(folder).filter((name) => name.endsWith('.js') && name !== main);
  return [main, ...others].map((name) => `(name = "${name}", esModule = embed "${name}")`).join();
}

function configuration(modules: string, folder: string, port: number, bindings: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "storage", disk = (path = "${folder}/storage", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules}],
  compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [
    (className = "GatewayHub", uniqueKey = "gateway-hub", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [
    (name = "HUB", durableObjectNamespace = "GatewayHub"),
    (name = "JOBS", queue = "main"),
    ${bindings},
  ],
);
`;
}

/** Resolves when the Worker answers 200 at `/healthz`. */
export async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
    const ready = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface WorkerdOptions {
  /** For the bundle and the storage of Durable Objects. */
  folder: string;
  /** A database server's settings, and others in place of the usual ones. */
  environment: Record<string, string>;
  /** JavaScript of a Worker around ours, which is `./workers.js` to it. */
  around?: string;
}

/** Builds the Worker and starts it; the caller kills it. */
export async function startBareWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const { folder, environment, around } = options;
  await buildWorker(folder);
  if (around !== undefined) writeFileSync(join(folder, 'around.js'), around);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'workerd.capnp');
  mkdirSync(join(folder, 'storage'));
  const variables = {
    SALLYPORT_PUBLIC_URL: url,
    SALLYPORT_ROOT_KEY: testRootKey,
    SALLYPORT_OPERATOR_KEY: operatorKey,
    // It would fill the test's output with each request that a kill cut off.
    SALLYPORT_LOG_LEVEL: 'silent',
    // A bare workerd has none to bind.
    SALLYPORT_RATE_LIMITS: 'off',
    ...environment,
  };
  const bindings = Object.entries(variables).map(
    ([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`,
  );
  const modules = modulesIn(folder, around === undefined ? 'workers.js' : 'around.js');
  writeFileSync(file, configuration(modules, folder, port, bindings.join(',\n    ')));
  let child: ChildProcess | undefined;
  const kill = async () => {
    const dying = child;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const ended = new Promise((resolve) => dying.once('close', resolve));
    dying.kill('SIGKILL');
    await ended;
  };
  const start = async () => {
    child = spawn(workerd.default, ['serve', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    await untilReady(url, child);
  };
  await start();
  const request = (path: string, init?: RequestInit) => fetch(url + path, init);
  return { url, pid: () => child?.pid, kill, start, request };
}

// The Worker's bundle in a bare workerd, without wrangler around it: one process that can be killed
// and started again at once, on the same storage.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { buildWorker } from '../scripts/build-worker.ts';
import { operatorKey, type Plane } from './contract/plane.ts';
import { testRootKey } from './edge.ts';
import { freePort } from './server.ts';

/** The program itself: the `bin` of its package is a script around it, which would die alone. */
export const workerd: { default: string } = createRequire(import.meta.url)('workerd');

export interface Workerd extends Plane {
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

function configuration(folder: string, port: number, variables: Record<string, string>): string {
  const bindings = Object.entries(variables).map(
    ([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`,
  );
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
  modules = [${modulesIn(folder, 'workers.js')}],
  compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [
    (className = "GatewayHub", uniqueKey = "gateway-hub", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [
    (name = "HUB", durableObjectNamespace = "GatewayHub"),
    (name = "JOBS", queue = "main"),
    ${bindings.join(',\n    ')},
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

/**
 * Builds the Worker and starts it; the test's end kills it.
 * @param folder for the bundle and the storage of Durable Objects
 * @param environment a database server's settings
 */
export async function startWorkerd(
  folder: string,
  environment: Record<string, string>,
): Promise<Workerd> {
  await buildWorker(folder);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'workerd.capnp');
  mkdirSync(join(folder, 'storage'));
  const variables = {
    ...environment,
    SALLYPORT_PUBLIC_URL: url,
    SALLYPORT_ROOT_KEY: testRootKey,
    SALLYPORT_OPERATOR_KEY: operatorKey,
    // It would fill the test's output with each request that a kill cut off.
    SALLYPORT_LOG_LEVEL: 'silent',
    // A bare workerd has none to bind.
    SALLYPORT_RATE_LIMITS: 'off',
  };
  writeFileSync(file, configuration(folder, port, variables));
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
  onTestFinished(kill);
  await start();
  return { kill, start, request: (path, init) => fetch(url + path, init) };
}

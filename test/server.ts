// The real control plane as a process, for tests of what happens to processes.

import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

export { freePort } from '../scripts/free-port.ts';

import { operatorKey, type Plane } from './contract/plane.ts';

export interface Server extends Plane {
  process: ChildProcess;
  /** What it has said on both outputs so far. */
  output(): string;
  /** Resolves with the exit code or the signal. */
  ended: Promise<number | string>;
}

export interface ServerOptions {
  data: string;
  port: number;
  environment?: Record<string, string>;
  uid?: number;
}

/** Starts `src/runtimes/node.ts`; the test's end kills it. Does not wait until it is ready. */
export function spawnServer({ data, port, environment, uid }: ServerOptions): Server {
  const child = spawn(process.execPath, ['src/runtimes/node.ts'], {
    env: {
      PATH: process.env.PATH,
      SALLYPORT_DATA: data,
      SALLYPORT_LISTEN: `127.0.0.1:${port}`,
      SALLYPORT_OPERATOR_KEY: operatorKey,
      // All tests come from one address.
      SALLYPORT_RATE_LIMITS: 'off',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return {
    process: child,
    output: () => output,
    ended,
    request: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
  };
}

/** Starts it and waits until it says that it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = spawnServer(options);
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (server.output().includes('Sallyport is ready')) resolve();
    };
    server.process.stdout?.on('data', look);
    void server.ended.then((code) => reject(new Error(`ended: ${code}\n${server.output()}`)));
  });
  return server;
}

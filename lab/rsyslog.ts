// Debian's rsyslogd over TLS, on a port that it keeps when it is started again.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort } from '../scripts/free-port.ts';
import type { Authority } from '../test/providers/authority.ts';
import { LabProcess } from './process.ts';

const patienceMs = 20_000;

/** Looks until there is something. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not there after ${patienceMs} ms`);
    await delay(5);
  }
}

const contentOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Whether somebody listens there. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

export interface Rsyslog {
  /** The one that runs, or ran last. */
  server(): LabProcess;
  target: { host: string; port: number; caPem: string };
  /** What it has written, message by message. */
  lines(): string[];
  /** Starts it again after it was stopped, on the same port and with the same log. */
  restart(): Promise<void>;
}

interface Files {
  folder: string;
  log: string;
}

/** The configuration: what it is told becomes lines of parts in the log. */
function configure(authority: Authority, { folder, log }: Files, port: number, queue: string) {
  const { certPath, keyPath } = authority.issue('DNS:localhost');
  return `
global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${authority.path}"
  defaultNetstreamDriverCertFile="${certPath}" defaultNetstreamDriverKeyFile="${keyPath}")
main_queue(${queue})
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" address="127.0.0.1" port="${port}")
template(name="parts" type="list") {
  property(name="syslogfacility") constant(value="|") property(name="syslogseverity")
  constant(value="|") property(name="timereported" dateFormat="rfc3339")
  constant(value="|") property(name="hostname")
  constant(value="|") property(name="app-name") constant(value="|") property(name="msgid")
  constant(value="|") property(name="structured-data") constant(value="|") property(name="msg")
  constant(value="\\n")
}
action(type="omfile" file="${log}" template="parts")
`;
}

/** Starts rsyslogd; the test's end stops it. @param queue settings of its main queue */
export async function startRsyslog(
  authority: Authority,
  queue = 'queue.type="FixedArray"',
): Promise<Rsyslog> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rsyslog-'));
  const files = { folder, log: join(folder, 'log') };
  const port = await freePort();
  const configuration = configure(authority, files, port, queue);
  const file = join(folder, 'rsyslog.conf');
  writeFileSync(file, configuration);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const start = async (): Promise<LabProcess> => {
    const started = new LabProcess(['rsyslogd', '-n', '-f', file, '-i', join(folder, 'pid')]);
    onTestFinished(() => started.stop());
    await until(async () => !started.running || (await answers(port)) || undefined);
    if (started.running) return started;
    throw new Error(`rsyslogd ended: ${started.tail()}`);
  };
  let server = await start();
  return {
    server: () => server,
    target: { host: 'localhost', port, caPem: authority.pem },
    lines: () => contentOf(files.log).split('\n').slice(0, -1),
    async restart() {
      server = await start();
    },
  };
}

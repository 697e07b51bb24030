// Syslog to a real rsyslogd over TLS. It needs root only because its package does.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createSyslogSender } from '../src/providers/syslog.ts';
import { renderSyslog } from '../src/render/syslog.ts';
import { createTlsConnect } from '../src/runtimes/node-outbound.ts';
import { type Authority, createAuthority } from '../test/providers/authority.ts';
import { LabProcess } from './process.ts';

const patienceMs = 20_000;
const policy = { allowPrivate: true };
const sender = createSyslogSender(createTlsConnect(policy), policy);
const unhurried = new AbortController().signal;

let authority: Authority;
beforeAll(() => {
  authority = createAuthority();
});
afterAll(() => authority.remove());

/** Looks until there is something. */
async function until<T>(look: () => T | undefined): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not there after ${patienceMs} ms`);
    await delay(5);
  }
}

const contentOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Starts rsyslogd; the test's end stops it. @param queue more of its main queue's settings */
async function startRsyslog(queue = '') {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rsyslog-'));
  const { certPath, keyPath } = authority.issue('DNS:localhost');
  const [log, portFile] = [join(folder, 'log'), join(folder, 'port')];
  const configuration = `
global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${authority.path}"
  defaultNetstreamDriverCertFile="${certPath}" defaultNetstreamDriverKeyFile="${keyPath}")
main_queue(queue.type="FixedArray" ${queue})
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="${portFile}")
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
  const file = join(folder, 'rsyslog.conf');
  writeFileSync(file, configuration);
  const argv = ['rsyslogd', '-n', '-f', file, '-i', join(folder, 'pid')];
  const server = new LabProcess(argv);
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const port = await until(() => (server.running ? Number(contentOf(portFile)) || undefined : -1));
  if (port < 0) throw new Error(`rsyslogd ended: ${server.tail()}`);
  return {
    server,
    target: { host: 'localhost', port, caPem: authority.pem },
    lines: () => contentOf(log).split('\n').slice(0, -1),
  };
}

function messageOf(number: number, padding: number): string {
  const record = {
    at: Date.UTC(2026, 10, 22, 9, 5, 7, 30),
    outcome: 'done' as const,
    operation: 'device.create',
    tenantId: 't_1',
    revision: number,
    actor: 'a"]\\b',
    hash: 'h=',
    entry: { number, name: 'Größe 你好 🎉\n', padding: 'x'.repeat(padding) },
  };
  return renderSyslog(record, 'vpn.example.com');
}

it('gets 1,000 messages whole, in order and in parts that it understands', async () => {
  const { target, lines } = await startRsyslog();
  const count = 1000;
  const messages = Array.from({ length: count }, (_, number) => messageOf(number, number % 700));
  await sender.send(target, messages.slice(0, 500), unhurried);
  await sender.send(target, messages.slice(500), unhurried);
  await until(() => (lines().length >= count ? true : undefined));
  const expected = Array.from({ length: count }, (_, number) => {
    const entry = { number, name: 'Größe 你好 🎉\n', padding: 'x'.repeat(number % 700) };
    return [
      ...['13', '5', '2026-11-22T09:05:07.030Z', 'vpn.example.com', 'sallyport', 'device.create'],
      `[sallyport@32473 tenant="t_1" revision="${number}" actor="a\\"\\]\\\\b" hash="h="]`,
      `\ufeff${JSON.stringify(entry)}`,
    ].join('|');
  });
  expect(lines()).toEqual(expected);
});

it('fails, and does not wait, when the server is killed in the middle', async () => {
  const slow =
    'queue.size="100" queue.dequeueBatchSize="1" queue.workerThreads="1" ' +
    'queue.dequeueSlowdown="20000" queue.timeoutEnqueue="60000"';
  const { target, lines, server } = await startRsyslog(slow);
  const messages = Array.from({ length: 1000 }, (_, number) => messageOf(number, 7000));
  const sent = sender.send(target, messages, unhurried);
  const outcome = expect(sent).rejects.toMatchObject({ code: 'outside_unavailable' });
  await until(() => (lines().length > 0 ? true : undefined));
  expect(lines().length).toBeLessThan(500);
  server.kill('SIGKILL');
  await outcome;
});

it('sends nothing to a server of another authority', async () => {
  const { target, lines } = await startRsyslog();
  const other = createAuthority();
  onTestFinished(() => other.remove());
  const strange = sender.send({ ...target, caPem: other.pem }, [messageOf(1, 0)], unhurried);
  await expect(strange).rejects.toMatchObject({ code: 'outside_unavailable' });
  await sender.send(target, [messageOf(2, 0)], unhurried);
  await until(() => (lines().length > 0 ? true : undefined));
  expect(lines()).toEqual([expect.stringContaining('revision="2"')]);
});

// Syslog to a real rsyslogd over TLS. It needs root only because its package does.

import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { getSyslog } from '../src/operations/syslog/get.ts';
import { setSyslog } from '../src/operations/syslog/set.ts';
import { createSyslogSender } from '../src/providers/syslog.ts';
import { renderSyslog } from '../src/render/syslog.ts';
import { createTlsConnect } from '../src/runtimes/node-outbound.ts';
import { createPlace } from '../test/jobs/outlets.ts';
import { insertRevisions } from '../test/operations/audit/revisions.ts';
import { type Authority, createAuthority } from '../test/providers/authority.ts';
import { startRsyslog as start, until } from './rsyslog.ts';

const policy = { allowPrivate: true };
const sender = createSyslogSender(createTlsConnect(policy), policy);
const unhurried = new AbortController().signal;

let authority: Authority;
const startRsyslog = (queue?: string) => start(authority, queue);
beforeAll(() => {
  authority = createAuthority();
});
afterAll(() => authority.remove());

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
    'queue.type="FixedArray" queue.size="100" queue.dequeueBatchSize="1" queue.workerThreads="1" ' +
    'queue.dequeueSlowdown="20000" queue.timeoutEnqueue="60000"';
  const { target, lines, server } = await startRsyslog(slow);
  const messages = Array.from({ length: 1000 }, (_, number) => messageOf(number, 7000));
  const sent = sender.send(target, messages, unhurried);
  const outcome = expect(sent).rejects.toMatchObject({ code: 'outside_unavailable' });
  await until(() => (lines().length > 0 ? true : undefined));
  expect(lines().length).toBeLessThan(500);
  server().kill('SIGKILL');
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

it.each([
  ['stopped', 'queue.type="FixedArray"'],
  ['stopped with a small queue', 'queue.type="Disk" queue.filename="main" queue.size="100"'],
])('has every revision in order, though it was %s and started meanwhile', async (_how, queue) => {
  const rsyslog = await startRsyslog(queue);
  const { scope, look } = await createPlace();
  await setSyslog(scope, { ...rsyslog.target, enabled: true });
  const hour = 3_600_000;
  for (let round = 1; round <= 22; round++) {
    const before = rsyslog.lines().length;
    await insertRevisions(scope.db, 250);
    const looking = look(hour);
    if (round % 6 === 2) {
      await Promise.race([looking, until(() => rsyslog.lines().length > before || undefined)]);
      await rsyslog.server().stop();
    }
    await looking;
    if (round % 6 === 4) await rsyslog.restart();
  }
  for (let n = 0; n < 5; n++) await look(hour);
  const { state } = await getSyslog(scope);
  expect(state).toMatchObject({ cursor: 5502, lag: 0, failures: 0 });
  const numbers = () => rsyslog.lines().map((line) => Number(/ revision="(\d+)"/.exec(line)?.[1]));
  await until(() => numbers().at(-1) === state.cursor || undefined);
  const all = numbers();
  const expected = Array.from({ length: state.cursor - 1 }, (_, n) => n + 2);
  expect([...new Set(all)]).toEqual(expected);
  console.log(`${expected.length} revisions, ${all.length - expected.length} of them came twice`);
});

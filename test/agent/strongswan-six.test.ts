// What strongSwan 6.0.1 of Debian 13 said to a client that came, renewed both its keys, and was
// revoked; and what the agent makes of it. Recorded on a gateway of the lab.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Charon, type Happening } from '../../src/agent/ikev2/charon.ts';
import { encodePacket, type Packet, PacketReader, type ViciSection } from '../../src/agent/vici.ts';
import { makeNodeHost } from '../../src/runtimes/agent-node-host.ts';

const section: z.ZodType<ViciSection> = z.lazy(() =>
  z.record(z.string(), z.union([z.string(), z.array(z.string()), section])),
);
const path = join(import.meta.dirname, 'recorded/strongswan-6.0.1.json');
const recorded = z
  .object({
    answers: z.record(z.string(), section),
    'list-sa': section,
    events: z.array(z.object({ name: z.string(), body: section })),
  })
  .parse(JSON.parse(readFileSync(path, 'utf8')));
const identity = '568d44s3ek8cmkdc.c7hkstw5@6fzacz1j6811xs8z.sallyport.internal';

const folder = mkdtempSync(join(tmpdir(), 'six-'));
const host = makeNodeHost();
const charon = new Charon(host, join(folder, 'vici'));
let server: Server;

/** Says what was recorded: to one who registers for the last of our events, all of them. */
function answer({ type, name, body: _ }: Packet, socket: Socket): void {
  const say = (packet: Packet) => socket.write(encodePacket(packet));
  if (type === 'register') say({ type: 'confirmed', name: '', body: {} });
  if (type === 'register' && name === 'child-rekey')
    for (const event of recorded.events) say({ type: 'event', ...event });
  if (type !== 'request') return;
  if (name === 'list-sas') say({ type: 'event', name: 'list-sa', body: recorded['list-sa'] });
  say({ type: 'response', name: '', body: recorded.answers[name] ?? {} });
}

beforeAll(async () => {
  server = createServer((socket) => {
    const reader = new PacketReader();
    socket.on('data', (bytes) => {
      reader.push(bytes);
      for (let packet = reader.next(); packet; packet = reader.next()) answer(packet, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'vici'), resolve));
});
afterAll(() => {
  host.close();
  server.close();
  rmSync(folder, { recursive: true });
});

it('says who it is, and that it does ESP by itself', async () => {
  expect(await charon.version()).toBe('6.0.1');
  expect(await charon.stats()).toMatchObject({ doesEsp: true });
  await expect(charon.flushRevocations()).resolves.toBeUndefined();
});

it('lists a device with its addresses and what it has sent', async () => {
  const [device] = await charon.associations();
  expect(device).toMatchObject({ connection: 'sallyport-pubkey', uniqueId: '1', identity });
  expect(device?.addresses).toEqual(['10.64.64.2', 'fde6:3179:ac07:1::2']);
  expect(device?.children).toMatchObject([{ receivedBytes: 252, sentBytes: 252 }]);
});

it('tells of coming, renewed keys and going', async () => {
  const listener = await charon.listen();
  const happenings: Happening[] = [];
  while (happenings.length < recorded.events.length) {
    const heard = await listener.hear(5000);
    if (heard.kind !== 'events') throw new Error(`heard ${heard.kind}`);
    happenings.push(...heard.events);
  }
  listener.close();
  expect(happenings.map(({ kind }) => kind)).toEqual([
    ...['up', 'child', 'child', 'rekeyed', 'down', 'child'],
  ]);
  expect(happenings.flatMap(({ associations }) => associations.map((one) => one.identity))).toEqual(
    happenings.map(() => identity),
  );
  const [, , , rekeyed, down] = happenings;
  expect([rekeyed?.old, rekeyed?.associations[0]?.uniqueId]).toEqual(['1', '2']);
  expect(down?.associations[0]?.uniqueId).toBe('2');
});

// The log as syslog, to a server that takes what it gets; a real one is in lab/.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { limits } from '../../../src/model/limits.ts';
import { revisionSchema } from '../../../src/model/revision.ts';
import { getSyslog } from '../../../src/operations/syslog/get.ts';
import { setSyslog } from '../../../src/operations/syslog/set.ts';
import { faultOf, type Link } from '../../../src/pki/audit.ts';
import { insertRevisions } from '../../operations/audit/revisions.ts';
import { type Authority, createAuthority } from '../../providers/authority.ts';
import { createPlace } from '../outlets.ts';

let authority: Authority;
beforeAll(() => {
  authority = createAuthority();
});
afterAll(() => authority.remove());

/** Messages after their lengths (RFC 5425 §4.3). */
function messagesIn(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(' ', at);
    const length = Number(bytes.subarray(at, blank).toString());
    messages.push(bytes.subarray(blank + 1, blank + 1 + length).toString());
    at = blank + 1 + length;
  }
  return messages;
}

/** A syslog server in TLS; `cutAfter` bytes it resets a connection, as long as that is set. */
async function startServer() {
  const { key, cert } = authority.issue('DNS:localhost');
  const state = { cutAfter: Number.POSITIVE_INFINITY, connections: [] as Buffer[][] };
  const server = createServer({ key, cert }, (socket) => {
    const chunks: Buffer[] = [];
    let length = 0;
    state.connections.push(chunks);
    socket
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > state.cutAfter) socket.destroy();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const messages = () => state.connections.flatMap((chunks) => messagesIn(Buffer.concat(chunks)));
  return { state, port, messages };
}

function numberOf(message: string): number {
  return Number(/ revision="(\d+)"/.exec(message)?.[1]);
}

async function prepared() {
  const server = await startServer();
  const place = await createPlace();
  const target = { host: 'localhost', port: server.port, caPem: authority.pem, enabled: true };
  await setSyslog(place.scope, target);
  const state = async () => (await getSyslog(place.scope)).state;
  return { ...place, ...server, server: server.state, target, outletState: state };
}

test('every change goes out in order, with all that its hash is made of', async () => {
  const { change, look, messages, outletState } = await prepared();
  await change(5);
  await look();
  const sent = messages();
  expect(sent.map(numberOf)).toEqual([2, 3, 4, 5, 6, 7]);
  expect(await outletState()).toMatchObject({ cursor: 7, lag: 0, failures: 0 });
  let link: Link | undefined;
  for (const message of sent) {
    const [, at, actor, hash] = /^<109>1 (\S+) .* actor="(\w+)" hash="(\w+)"\]/.exec(message) ?? [];
    const entry: object = JSON.parse(message.slice(message.indexOf('\ufeff') + 1));
    const number = numberOf(message);
    const revision = revisionSchema.parse({ ...entry, number, at, actor, hash });
    if (link) expect(await faultOf(link, number, revision, '', undefined)).toBeUndefined();
    link = { number, hash: revision.hash };
  }
});

test('a fault on the way sends some again, and skips nothing', async () => {
  const { scope, look, messages, server, outletState } = await prepared();
  await insertRevisions(scope.db, 2000);
  server.cutAfter = 50_000;
  await look();
  expect(await outletState()).toMatchObject({ cursor: 1, failures: 1, lag: 2001 });
  server.cutAfter = Number.POSITIVE_INFINITY;
  server.connections.length = 0;
  await look(limits.outletRetryLeastMilliseconds);
  expect(messages().map(numberOf)).toEqual(Array.from({ length: 2001 }, (_, n) => n + 2));
  expect(await outletState()).toMatchObject({ lag: 0, failures: 0, lastError: null });
}, 60_000);

test('another server goes on where the one before it was', async () => {
  const { change, look, scope, target, outletState, messages } = await prepared();
  await change(2);
  await look();
  const other = await startServer();
  await setSyslog(scope, { ...target, port: other.port });
  await change();
  await look();
  expect(messages().map(numberOf)).toEqual([2, 3, 4]);
  expect(other.messages().map(numberOf)).toEqual([5, 6]);
  expect(await outletState()).toMatchObject({ cursor: 6 });
});

test('one that is switched off is sent nothing, and everything when it is on again', async () => {
  const { change, look, scope, target, messages } = await prepared();
  await look();
  await setSyslog(scope, { ...target, enabled: false });
  await change(2);
  await look(limits.outletLookMostMilliseconds);
  expect(messages().map(numberOf)).toEqual([2]);
  await setSyslog(scope, target);
  await look();
  expect(messages().map(numberOf)).toEqual([2, 3, 4, 5, 6]);
});

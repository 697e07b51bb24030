// Names that look harmless and resolve to the control plane's own network.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createPost, createTlsConnect, lookupPublic } from '../../src/runtimes/node-outbound.ts';

const refuse = { allowPrivate: false };
const signal = new AbortController().signal;

/** Counts who connects. */
async function countingServer() {
  const counted = { port: 0, connections: 0 };
  const server = createServer((socket) => {
    counted.connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  counted.port = (server.address() as AddressInfo).port;
  return counted;
}

it('a webhook does not connect to a name that resolves to this machine', async () => {
  const counted = await countingServer();
  const post = (allowPrivate: boolean) =>
    createPost({ allowPrivate })(
      new URL(`https://localhost:${counted.port}/`),
      { headers: {}, body: '' },
      signal,
    );
  await expect(post(false)).rejects.toMatchObject({ code: 'target_forbidden' });
  expect(counted.connections).toBe(0);
  await expect(post(true)).rejects.not.toMatchObject({ code: 'target_forbidden' });
  expect(counted.connections).toBe(1);
});

it('nor does syslog', async () => {
  const counted = await countingServer();
  const target = { host: 'localhost', port: counted.port };
  const sent = createTlsConnect(refuse)(target, new Uint8Array(1), signal);
  await expect(sent).rejects.toMatchObject({ code: 'target_forbidden' });
  expect(counted.connections).toBe(0);
});

it.each([{ all: true }, { all: false }, {}])('gives public addresses, asked with %j', (options) => {
  // A literal resolves to itself, without a name server.
  const found = new Promise((resolve, reject) => {
    lookupPublic('192.0.32.10', options, (error, address, family) =>
      error ? reject(error) : resolve([address, family]),
    );
  });
  const each = { address: '192.0.32.10', family: 4 };
  const expected = 'all' in options && options.all ? [[each], undefined] : ['192.0.32.10', 4];
  return expect(found).resolves.toEqual(expected);
});

it('says when a name does not exist', async () => {
  const post = createPost(refuse);
  const sent = post(new URL('https://nothing.invalid/'), { headers: {}, body: '' }, signal);
  await expect(sent).rejects.toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
});

// The agent's WebSocket on Node against a server that speaks it byte by byte, rightly and wrongly.

import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Socket } from '../../src/agent/host.ts';
import { makeConnect } from '../../src/runtimes/agent-node-socket.ts';

const maxMessageBytes = 1024;
const wait = 10_000;

interface Peer {
  request: IncomingMessage;
  stream: Duplex;
  /** Bytes as the agent sent them, unmasked: opcode and payload of the next frame. */
  frame(): Promise<[opcode: number, payload: string]>;
  /** Resolves when the agent's end of the connection is gone. */
  gone: Promise<unknown>;
}

/** A server's frame: unmasked, with whatever first byte. */
function frame(first: number, payload: Uint8Array | string, length?: number): Buffer {
  const bytes = Buffer.from(payload);
  const claimed = length ?? bytes.length;
  if (claimed < 126) return Buffer.concat([Buffer.of(first, claimed), bytes]);
  const head = Buffer.alloc(claimed < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = claimed < 65_536 ? 126 : 127;
  if (claimed < 65_536) head.writeUInt16BE(claimed, 2);
  else head.writeBigUInt64BE(BigInt(claimed), 2);
  return Buffer.concat([head, bytes]);
}

const text = (payload: string) => frame(0x81, payload);

function peerOf(request: IncomingMessage, stream: Duplex): Peer {
  let bytes = Buffer.alloc(0);
  let arrived = () => {};
  stream.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    arrived();
  });
  return {
    request,
    stream,
    gone: new Promise((resolve) => stream.once('end', resolve).once('close', resolve)),
    async frame() {
      const size = () => 6 + ((bytes[1] ?? 0) & 0x7f);
      while (bytes.length < size())
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      expect((bytes[1] ?? 0) & 0x80).toBe(0x80);
      const mask = bytes.subarray(2, 6);
      const payload = bytes.subarray(6, size()).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
      const opcode = (bytes[0] ?? 0) & 0x0f;
      bytes = bytes.subarray(size());
      return [opcode, Buffer.from(payload).toString()];
    },
  };
}

function acceptOf(request: IncomingMessage): string {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  return crypto.createHash('sha1').update(key).digest('base64');
}

let answer: (request: IncomingMessage, stream: Duplex) => void = () => undefined;
const server = http.createServer((_request, response) => response.writeHead(418).end('no'));
server.on('upgrade', (request, stream) => {
  stream.on('error', () => undefined);
  answer(request, stream);
});
let base = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function open(ending = new AbortController().signal, timeoutMs = 5000): Socket {
  const headers = { authorization: 'Bearer t' };
  return makeConnect(ending)({ url: `${base}/socket`, headers, timeoutMs, maxMessageBytes });
}

/** An agent's socket and the server's end of it. `hello` comes with the answer's head. */
async function opened(ending?: AbortSignal, hello = ''): Promise<{ socket: Socket; peer: Peer }> {
  const peer = new Promise<Peer>((resolve) => {
    answer = (request, stream) => {
      const lines = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket'];
      lines.push('connection: Upgrade', `sec-websocket-accept: ${acceptOf(request)}`, '', '');
      stream.write(Buffer.concat([Buffer.from(lines.join('\r\n')), text(hello)]));
      resolve(peerOf(request, stream));
    };
  });
  const socket = open(ending);
  expect(await socket.receive(wait)).toEqual({ kind: 'message', text: hello });
  return { socket, peer: await peer };
}

describe('an open socket', () => {
  it('was asked for with the headers, and reads what comes with the answer', async () => {
    const { socket, peer } = await opened(undefined, '{"revision":7}');
    expect(peer.request.headers).toMatchObject({
      authorization: 'Bearer t',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
    });
    expect(peer.request.headers['sec-websocket-extensions']).toBeUndefined();
    expect(peer.request.url).toBe('/socket');
    socket.close();
  });

  it('carries text both ways, whole, in parts, and at the edges of the lengths', async () => {
    const { socket, peer } = await opened();
    socket.send('ping');
    expect(await peer.frame()).toEqual([1, 'ping']);
    for (const length of [1, 125, 126, 1024]) {
      peer.stream.write(text('x'.repeat(length)));
      expect(await socket.receive(wait)).toEqual({ kind: 'message', text: 'x'.repeat(length) });
    }
    const parts = [frame(0x01, 'a✓'), frame(0x80 | 9, 'now'), frame(0x00, ''), frame(0x80, 'b')];
    for (const byte of Buffer.concat(parts)) peer.stream.write(Buffer.of(byte));
    expect(await socket.receive(wait)).toEqual({ kind: 'message', text: 'a✓b' });
    expect(await peer.frame()).toEqual([10, 'now']);
    socket.close();
  });

  it('keeps messages and their order until they are asked for', async () => {
    const { socket, peer } = await opened();
    peer.stream.write(Buffer.concat([text('one'), frame(0x8a, ''), text('two'), text('three')]));
    for (const expected of ['one', 'two', 'three'])
      expect(await socket.receive(wait)).toEqual({ kind: 'message', text: expected });
    expect(await socket.receive(1)).toEqual({ kind: 'nothing' });
    peer.stream.write(text('four'));
    expect(await socket.receive(wait)).toEqual({ kind: 'message', text: 'four' });
    socket.close();
  });

  it('takes no more from a talkative server than it is asked for', async () => {
    const { socket, peer } = await opened();
    const megabyte = Buffer.concat(Array.from({ length: 1024 }, () => text('x'.repeat(1020))));
    for (let written = 0; written < 64; written++) peer.stream.write(megabyte);
    // Taken while the kernel's buffers have room, and then no longer.
    for (let taken = 0; taken < 100; taken++) await socket.receive(1);
    expect(peer.stream.writableLength).toBeGreaterThan(32 * megabyte.length);
    socket.close();
    await peer.gone;
  });

  it('says that it is closed, why, and goes on saying so', async () => {
    const { socket, peer } = await opened();
    const code = Buffer.from([4001 >> 8, 4001 & 0xff]);
    const farewell = frame(0x88, Buffer.concat([code, Buffer.from('this gateway is gone')]));
    peer.stream.write(Buffer.concat([text('last words'), farewell]));
    expect(await socket.receive(wait)).toEqual({ kind: 'message', text: 'last words' });
    const closed = { kind: 'closed', reason: 'closed with 4001 this gateway is gone' };
    expect(await socket.receive(wait)).toEqual(closed);
    expect(await socket.receive(0)).toEqual(closed);
    socket.send('into the void');
    expect(await peer.frame()).toEqual([8, '\u0003\uFFFD']);
    await peer.gone;
  });

  it('that is cut off is closed', async () => {
    const { socket, peer } = await opened();
    const receiving = socket.receive(wait);
    peer.stream.destroy();
    expect(await receiving).toEqual({ kind: 'closed', reason: 'cut off' });
  });

  it('closes towards the server when we close it', async () => {
    const { socket, peer } = await opened();
    socket.close();
    expect((await peer.frame())[0]).toBe(8);
    await peer.gone;
    expect(await socket.receive(wait)).toEqual({ kind: 'closed', reason: 'closed by us' });
  });

  it('closes when the process shall end, also while it waits', async () => {
    const ending = new AbortController();
    const { socket, peer } = await opened(ending.signal);
    const receiving = socket.receive(wait);
    ending.abort();
    expect(await receiving).toEqual({ kind: 'closed', reason: 'ended' });
    await peer.gone;
    expect(await open(ending.signal).receive(wait)).toEqual({ kind: 'closed', reason: 'ended' });
  });
});

describe('a server is left that sends', () => {
  const tooLong = maxMessageBytes + 1;
  it.each([
    ['a long message', frame(0x81, 'x'.repeat(tooLong)), 'too long'],
    ['only the beginning of a huge message', frame(0x81, '', 2 ** 40), 'too long'],
    [
      'a long message in parts',
      Buffer.concat([frame(0x01, 'x'.repeat(1000)), frame(0x80, 'x'.repeat(25))]),
      'too long',
    ],
    ['bytes that are not text', frame(0x82, 'x'), 'not text'],
    ['a frame of an unknown kind', frame(0x83, 'x'), 'not text'],
    ['text that is not UTF-8', frame(0x81, Buffer.of(0xff, 0xfe)), 'not UTF-8'],
    ['a compressed frame', frame(0xc1, 'x'), 'no server sends'],
    ['a masked frame', Buffer.of(0x81, 0x81, 0, 0, 0, 0, 0x78), 'no server sends'],
    ['a long ping', frame(0x89, 'x'.repeat(126)), 'control frame'],
    ['a ping in parts', frame(0x09, 'x'), 'control frame'],
    ['the end of a message that never began', frame(0x80, 'x'), 'mixes up'],
    ['a message within a message', Buffer.concat([frame(1, 'x'), text('y')]), 'mixes up'],
  ])('%s', async (_what, bytes, reason) => {
    const { socket, peer } = await opened();
    peer.stream.write(bytes);
    const received = await socket.receive(wait);
    expect(received).toEqual({ kind: 'closed', reason: expect.stringContaining(reason) });
    await peer.gone;
  });
});

describe('a socket that does not open says', () => {
  it.each([
    ['the status', 'HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n', 'status 401'],
    [
      'that it follows no redirect',
      'HTTP/1.1 302 Found\r\nlocation: /ok\r\ncontent-length: 0\r\n\r\n',
      'status 302',
    ],
    [
      'that the answer is not for this key',
      'HTTP/1.1 101 OK\r\nupgrade: websocket\r\nconnection: Upgrade\r\n' +
        'sec-websocket-accept: AAAA\r\n\r\n',
      'not answer as a WebSocket',
    ],
    ['what was no HTTP', 'SSH-2.0-OpenSSH\r\n', 'Parse Error'],
  ])('%s', async (_what, head, reason) => {
    answer = (_request, stream) => void stream.write(head);
    const received = await open().receive(wait);
    expect(received).toEqual({ kind: 'closed', reason: expect.stringContaining(reason) });
  });

  it('that it took too long', async () => {
    answer = () => undefined;
    const socket = open(undefined, 50);
    expect(await socket.receive(wait)).toEqual({ kind: 'closed', reason: 'timeout' });
  });

  it('that nobody is there, or that the address is none', async () => {
    const connect = makeConnect(new AbortController().signal);
    const request = { headers: {}, timeoutMs: 5000, maxMessageBytes };
    const nobody = await connect({ ...request, url: 'ws://127.0.0.1:1/' }).receive(wait);
    expect(nobody).toEqual({ kind: 'closed', reason: expect.stringContaining('ECONNREFUSED') });
    const nowhere = await connect({ ...request, url: 'ws://[' }).receive(wait);
    expect(nowhere.kind).toBe('closed');
  });
});

describe('the process', () => {
  it('ends on SIGTERM while a socket is open', async () => {
    const script = `
      import { makeNodeHost } from './src/runtimes/agent-node-host.ts';
      const host = makeNodeHost();
      const socket = host.connect({
        url: '${base}/socket', headers: {}, timeoutMs: 5000, maxMessageBytes: 100,
      });
      for (let i = 0; i < 2; i++) host.print(JSON.stringify(await socket.receive(60000)));
      host.close();`;
    const peer = new Promise<Peer>((resolve) => {
      answer = (request, stream) => {
        const head = `upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: `;
        stream.write(`HTTP/1.1 101 OK\r\n${head}${acceptOf(request)}\r\n\r\n`);
        stream.write(text('hello'));
        resolve(peerOf(request, stream));
      };
    });
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const output: string[] = [];
    child.stdout.on('data', (chunk) => output.push(`${chunk}`));
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect({ code, output: output.join('') }).toEqual({
      code: 0,
      output: '{"kind":"message","text":"hello"}\n{"kind":"closed","reason":"ended"}\n',
    });
    await (await peer).gone;
  });
});

// The agent's WebSocket on Node. It reads from the network only what is asked for, so that a server
// that says much fills its own memory and not the agent's.

import crypto from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { Received, Socket, SocketRequest } from '../agent/host.ts';
import { clientFrame, FrameError, FrameReader } from './agent-node-frames.ts';

// RFC 6455 §1.3
const keySuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function acceptFor(key: string): string {
  return crypto
    .createHash('sha1')
    .update(key + keySuffix)
    .digest('base64');
}

function normalClosure(): Buffer {
  return clientFrame('close', Buffer.of(0x03, 0xe8));
}

class NodeSocket implements Socket {
  readonly #ending: AbortSignal;
  readonly #frames: FrameReader;
  #request: http.ClientRequest | undefined;
  #opening: NodeJS.Timeout | undefined;
  #stream: Duplex | undefined;
  #closed: string | undefined;
  /** Looks whether what `receive` waits for has come. */
  #look: () => void = () => undefined;
  readonly #onEnding = () => this.#end('ended');

  constructor(request: SocketRequest, ending: AbortSignal) {
    this.#ending = ending;
    this.#frames = new FrameReader(request.maxMessageBytes);
    if (ending.aborted) {
      this.#closed = 'ended';
      return;
    }
    ending.addEventListener('abort', this.#onEnding);
    this.#opening = setTimeout(() => this.#end('timeout'), request.timeoutMs);
    try {
      this.#open(request);
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #open({ url, headers }: SocketRequest): void {
    const key = crypto.randomBytes(16).toString('base64');
    const { request } = url.startsWith('wss:') ? https : http;
    this.#request = request(url.replace(/^ws/, 'http'), {
      // A connection of its own, which no other request gets back.
      agent: false,
      headers: {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': key,
        'sec-websocket-version': '13',
      },
    });
    this.#request.on('error', (error) => this.#end(error.message));
    this.#request.on('response', ({ statusCode }) => this.#end(`status ${statusCode}`));
    this.#request.on('upgrade', (response, stream, head) => {
      this.#stream = stream;
      stream.on('error', (error) => this.#end(error.message));
      if (this.#closed !== undefined || response.headers['sec-websocket-accept'] !== acceptFor(key))
        return this.#end('it does not answer as a WebSocket');
      clearTimeout(this.#opening);
      this.#frames.push(head);
      stream.on('readable', () => this.#look());
      stream.on('end', () => this.#end('cut off'));
      stream.on('close', () => this.#end('cut off'));
      this.#look();
    });
    this.#request.end();
  }

  send(text: string): void {
    if (this.#closed === undefined) this.#stream?.write(clientFrame('text', Buffer.from(text)));
  }

  receive(milliseconds: number): Promise<Received> {
    return new Promise((resolve) => {
      const done = (received: Received) => {
        clearTimeout(timer);
        this.#look = () => undefined;
        resolve(received);
      };
      const timer = setTimeout(done, milliseconds, { kind: 'nothing' });
      this.#look = () => {
        const received = this.#next();
        if (received) done(received);
      };
      this.#look();
    });
  }

  close(): void {
    this.#end('closed by us');
  }

  #next(): Received | undefined {
    try {
      const text = this.#nextMessage();
      if (text !== undefined) return { kind: 'message', text };
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#end(error.message);
    }
    return this.#closed === undefined ? undefined : { kind: 'closed', reason: this.#closed };
  }

  #nextMessage(): string | undefined {
    while (this.#closed === undefined) {
      const arrival = this.#frames.next();
      if (arrival?.kind === 'message') return arrival.text;
      if (arrival?.kind === 'close') this.#end(arrival.reason);
      else if (arrival) this.#answerPing(arrival.payload);
      else {
        const chunk: Buffer | null | undefined = this.#stream?.read();
        if (!chunk) return undefined;
        this.#frames.push(chunk);
      }
    }
    return undefined;
  }

  #answerPing(payload: Buffer): void {
    // Whoever pings and does not read the answers shall not fill our memory with them.
    if (!this.#stream?.writableNeedDrain) this.#stream?.write(clientFrame('pong', payload));
  }

  #end(reason: string): void {
    if (this.#closed === undefined) {
      this.#closed = reason;
      clearTimeout(this.#opening);
      this.#ending.removeEventListener('abort', this.#onEnding);
    }
    const stream = this.#stream;
    // Nobody waits for the other side's farewell.
    if (stream?.writable) stream.end(normalClosure(), () => stream.destroy());
    else stream?.destroy();
    if (!stream) this.#request?.destroy();
    this.#look();
  }
}

/** Opens WebSockets that close when `ending` is aborted. */
export function makeConnect(ending: AbortSignal): (request: SocketRequest) => Socket {
  return (request) => new NodeSocket(request, ending);
}

// The agent's unix sockets on Node, read only when asked, as its WebSockets are.

import net from 'node:net';
import type { ByteStream, Chunk, StreamRequest } from '../agent/host.ts';

class NodeStream implements ByteStream {
  readonly #socket: net.Socket;
  readonly #maxBytes: number;
  readonly #opening: NodeJS.Timeout;
  readonly #ending: AbortSignal;
  #closed: string | undefined;
  /** Looks whether what `receive` waits for has come. */
  #look: () => void = () => undefined;
  readonly #onEnding = () => this.#end('ended');

  constructor({ path, timeoutMs, maxBytes }: StreamRequest, ending: AbortSignal) {
    this.#maxBytes = maxBytes;
    this.#ending = ending;
    this.#socket = net.connect({ path });
    this.#opening = setTimeout(() => this.#end('timeout'), timeoutMs);
    this.#socket.on('connect', () => clearTimeout(this.#opening));
    this.#socket.on('readable', () => this.#look());
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('end', () => this.#end('cut off'));
    this.#socket.on('close', () => this.#end('cut off'));
    ending.addEventListener('abort', this.#onEnding);
    if (ending.aborted) this.#end('ended');
  }

  send(bytes: Uint8Array): void {
    if (this.#closed === undefined) this.#socket.write(bytes);
  }

  receive(milliseconds: number): Promise<Chunk> {
    return new Promise((resolve) => {
      const done = (chunk: Chunk) => {
        clearTimeout(timer);
        this.#look = () => undefined;
        resolve(chunk);
      };
      const timer = setTimeout(done, milliseconds, { kind: 'nothing' });
      this.#look = () => {
        const chunk = this.#next();
        if (chunk) done(chunk);
      };
      this.#look();
    });
  }

  close(): void {
    this.#end('closed by us');
  }

  #next(): Chunk | undefined {
    if (this.#closed !== undefined) return { kind: 'closed', reason: this.#closed };
    const size = Math.min(this.#socket.readableLength, this.#maxBytes);
    const bytes: Buffer | null = size > 0 ? this.#socket.read(size) : this.#socket.read();
    return bytes ? { kind: 'bytes', bytes } : undefined;
  }

  #end(reason: string): void {
    if (this.#closed === undefined) {
      this.#closed = reason;
      clearTimeout(this.#opening);
      this.#ending.removeEventListener('abort', this.#onEnding);
      this.#socket.destroy();
    }
    this.#look();
  }
}

/** Opens unix sockets that close when `ending` is aborted. */
export function makeStream(ending: AbortSignal): (request: StreamRequest) => ByteStream {
  return (request) => new NodeStream(request, ending);
}

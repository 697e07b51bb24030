// One kept HTTP/1.1 connection, so light that a process holds ten thousand of them.

import net from 'node:net';
import tls from 'node:tls';

export interface Answer {
  status: number;
  /** How long the report shall wait that follows, in milliseconds. */
  reportAfter: number;
  body: string;
}

export interface Question {
  method: 'GET' | 'POST';
  path: string;
  token: string;
  /** JSON. */
  body?: string;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** The body of a chunked answer; undefined while its end has not come. */
function joinChunks(text: string): string | undefined {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    const length = Number.parseInt(text.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + length + 2;
    if (lineEnd < 0 || text.length < end) return undefined;
    if (length === 0) return body;
    body += text.slice(lineEnd + 2, end - 2);
    at = end;
  }
}

/** An answer in full, or undefined while some of it is missing. `text` is in latin1. */
export function parseAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const rest = text.slice(headEnd + 4);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const chunked = /^transfer-encoding: *chunked/im.test(head);
  const body = chunked ? joinChunks(rest) : rest.length < length ? undefined : rest;
  if (body === undefined) return undefined;
  return {
    status: Number(head.slice(9, 12)),
    reportAfter: Number(/^sallyport-report-after: *(\d+)/im.exec(head)?.[1] ?? 0),
    body: Buffer.from(body, 'latin1').toString('utf8'),
  };
}

/** Asks one question at a time; opens the connection when there is none. */
export class Connection {
  readonly #url: URL;
  #socket: net.Socket | undefined;
  #received = '';
  #waiting: Waiting | undefined;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** @throws Error when the connection ends before the answer */
  ask({ method, path, token, body }: Question): Promise<Answer> {
    const lines = [`${method} ${path} HTTP/1.1`, `host: ${this.#url.host}`];
    lines.push(`authorization: Bearer ${token}`);
    if (body !== undefined)
      lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
    });
  }

  /** Ends what is asked just then. A later question opens it anew. */
  close(): void {
    this.#socket?.destroy();
    this.#forget('closed by ourselves');
  }

  #forget(fault: string): void {
    this.#socket = undefined;
    this.#received = '';
    this.#settle()?.reject(new Error(fault));
  }

  #open(): net.Socket {
    const secure = this.#url.protocol === 'https:';
    const host = this.#url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(this.#url.port || (secure ? 443 : 80));
    const socket = secure ? tls.connect({ host, port, servername: host }) : net.connect(port, host);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      const answer = parseAnswer(this.#received);
      if (!answer) return;
      this.#received = '';
      this.#settle()?.resolve(answer);
    });
    let fault = 'the connection was closed';
    socket.on('error', (error) => {
      fault = error.message;
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#forget(fault);
    });
    return socket;
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}

// A control plane that gives canned answers and remembers what it was asked, and a shell around the
// CLI: each test has its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/program.ts';
import { token } from './answers.ts';

export interface Asked {
  method: string;
  path: string;
  authorization: string | undefined;
  body: unknown;
}

interface Canned {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
}

export type Answers = Record<string, Canned>;

/** A command: what it asks, what it gets, and what people see of that. */
export interface Case {
  words: string[];
  asks: string;
  sends?: unknown;
  answers: { status?: number; body?: object };
  shows: string[];
}

export interface Result {
  code: number;
  out: string;
  err: string;
}

export class World {
  readonly home = mkdtempSync(join(tmpdir(), 'sallyport-cli-'));
  readonly asked: Asked[] = [];
  /** What the server received, byte by byte, headers and address included. */
  received = '';
  answers: Answers = {};
  /** What the person types, line by line. */
  typed: string[] = [];
  url = '';
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { method = '', url: path = '', headers } = request;
      this.received += `${method} ${path}\n${JSON.stringify(headers)}\n${text}\n`;
      const body = text === '' ? undefined : JSON.parse(text);
      this.asked.push({ method, path, authorization: headers.authorization, body });
      const canned = this.answers[`${method} ${path}`] ?? { status: 404, body: 'none of mine' };
      const type = canned.type ?? 'application/json';
      response.writeHead(canned.status ?? 200, { 'content-type': type, ...canned.headers });
      response.end(typeof canned.body === 'object' ? JSON.stringify(canned.body) : canned.body);
    });
  });

  async start(answers: Answers): Promise<this> {
    this.answers = answers;
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    return this;
  }

  /** Runs a command line with the key of the canned tenant. */
  async run(words: readonly string[], more: { columns?: number; env?: object } = {}) {
    const result: Result = { code: -1, out: '', err: '' };
    const env = more.env ?? { SALLYPORT_URL: this.url, SALLYPORT_TOKEN: token };
    result.code = await run(words, {
      env: { ...env },
      home: this.home,
      columns: more.columns,
      out: (text) => {
        result.out += text;
      },
      err: (text) => {
        result.err += text;
      },
      ask: async (question) => {
        result.err += question;
        return this.typed.shift();
      },
    });
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.home, { recursive: true, force: true });
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function startWorld(answers: Answers = {}): Promise<World> {
  return new World().start(answers);
}

// The control plane's API, called from this process over kept connections: what an administrator's
// script does when a thousand runs of the command line would be slow.

import http from 'node:http';
import type { z } from 'zod';

const callTimeoutMs = 15_000;
const connectionsMost = 8;

export interface HttpAnswer {
  status: number;
  body: string;
  /** All of the answer as it came over the wire, with its head. */
  wireBytes: number;
}

export interface HttpQuestion {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends requests through a relay of the lab, which listens on a unix socket. */
export class Door {
  readonly #socketPath: string;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: connectionsMost });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Rejects when no whole answer comes, as while the control plane is away. */
  send({ method, path, headers = {}, body }: HttpQuestion): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const where = { socketPath: this.#socketPath, path, agent: this.#agent };
    const signal = AbortSignal.timeout(callTimeoutMs);
    let before = 0;
    const request = http.request({ ...where, method, headers, signal }, (response) => {
      // Taken now: at its end the response has given its connection back.
      const { socket } = response;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject).on('end', () => {
        const wireBytes = socket.bytesRead - before;
        resolve({ status: response.statusCode ?? 0, body: text, wireBytes });
      });
    });
    request.on('socket', (socket) => {
      before = socket.bytesRead;
    });
    request.on('error', reject).end(body);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The API with one bearer key, or with none. */
export class Api {
  readonly #door: Door;
  readonly #headers: Record<string, string>;

  constructor(door: Door, key?: string) {
    this.#door = door;
    this.#headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  /** Calls and gives the answer. Throws with the API's own words when it refuses. */
  async call<T>(schema: z.ZodType<T>, method: string, path: string, body?: object): Promise<T> {
    const headers = {
      ...this.#headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await this.#door.send({ method, path, headers, ...content });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return schema.parse(JSON.parse(answer.body));
  }
}

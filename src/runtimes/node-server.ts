// The HTTP server of the Node runtime. Of a question that waits it keeps the connection and what
// came over it, and nothing else: ten thousand agents wait in one process.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { News } from '../api/news.ts';
import { type Wait, waitOf } from '../api/wait.ts';
import { limits } from '../model/limits.ts';
import type { Hub } from '../operations/hub.ts';

export type NodeFetch = (
  request: Request,
  environment: HttpBindings,
) => Response | Promise<Response>;

interface Held {
  wait: Wait;
  bindings: HttpBindings;
}

/**
 * Answers as `fetch` does, once what an answer may wait for has come or its time is over.
 * @param news what is said then; a question that it has no answer to is asked anew
 */
export function createNodeServer(fetch: NodeFetch, hub: Hub, news: News): Server {
  const waited = new WeakSet<IncomingMessage>();
  const over: Held[] = [];

  async function answer(held: readonly Held[]): Promise<void> {
    const answers = await news(held.map(({ wait }) => wait));
    for (const [index, { bindings }] of held.entries()) {
      const { incoming, outgoing } = bindings;
      const { status, headers, body = '' } = answers[index] ?? {};
      if (status === undefined) void listener(incoming, outgoing);
      else if (status === 204) outgoing.writeHead(status, headers).end();
      else outgoing.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
    }
  }

  /** A few in each turn of the event loop: a change may wake thousands, and others ask too. */
  function answerSome(): void {
    const next = over.splice(0, limits.answersPerTurn);
    const some = next.filter(({ bindings }) => !bindings.outgoing.destroyed);
    // Who cannot be told is cut off, and asks again.
    void answer(some).catch(() => {
      for (const { bindings } of some) bindings.outgoing.destroy();
    });
    if (over.length > 0) setImmediate(answerSome);
  }

  async function hold(wait: Wait, bindings: HttpBindings): Promise<void> {
    const { incoming, outgoing } = bindings;
    waited.add(incoming);
    await hub.wait(wait, wait.since, wait.milliseconds, (leave) => outgoing.once('close', leave));
    if (over.push({ wait, bindings }) === 1) setImmediate(answerSome);
  }

  const listener = getRequestListener(async (request, environment) => {
    const bindings = environment as HttpBindings;
    const reply = await fetch(request, bindings);
    const wait = waitOf(reply);
    if (!wait || waited.has(bindings.incoming)) return reply;
    // Whoever cannot be let wait, because too many do, is cut off and comes back later.
    void hold(wait, bindings).catch(() => bindings.outgoing.destroy());
    return RESPONSE_ALREADY_SENT;
  });

  const server = createServer(listener);
  server.maxConnections = limits.connectionsMost;
  return server;
}

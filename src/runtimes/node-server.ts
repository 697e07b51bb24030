// The HTTP server of the Node runtime. Of a question that waits it keeps the connection and what
// came over it, and nothing else: ten thousand agents wait in one process.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Wait, waitOf } from '../api/wait.ts';
import { limits } from '../model/limits.ts';
import type { Hub } from '../operations/hub.ts';

export type NodeFetch = (
  request: Request,
  environment: HttpBindings,
) => Response | Promise<Response>;

/** Answers as `fetch` does, once what an answer may wait for has come or its time is over. */
export function createNodeServer(fetch: NodeFetch, hub: Hub): Server {
  const waited = new WeakSet<IncomingMessage>();
  const ready: HttpBindings[] = [];

  /** A few in each turn of the event loop: a change may wake thousands, and others ask too. */
  function answerReady(): void {
    for (const { incoming, outgoing } of ready.splice(0, limits.answersPerTurn))
      if (!outgoing.destroyed) void listener(incoming, outgoing);
    if (ready.length > 0) setImmediate(answerReady);
  }

  async function hold(wait: Wait, bindings: HttpBindings): Promise<void> {
    const { incoming, outgoing } = bindings;
    waited.add(incoming);
    await hub.wait(wait, wait.since, wait.milliseconds, (leave) => outgoing.once('close', leave));
    if (ready.push(bindings) === 1) setImmediate(answerReady);
  }

  const listener = getRequestListener(async (request, environment) => {
    const bindings = environment as HttpBindings;
    const answer = await fetch(request, bindings);
    const wait = waitOf(answer);
    if (!wait || waited.has(bindings.incoming)) return answer;
    // Whoever cannot be let wait, because too many do, is cut off and comes back later.
    void hold(wait, bindings).catch(() => bindings.outgoing.destroy());
    return RESPONSE_ALREADY_SENT;
  });

  const server = createServer(listener);
  server.maxConnections = limits.connectionsMost;
  return server;
}

// The hub as the edge's requests see it: calls to the Durable Object that holds the gateway.

import { within } from '../db/within.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { GatewayName, Hub, Note } from '../operations/hub.ts';
import type { WaitEnd } from './workers-gateway-hub.ts';

/** A Durable Object of class GatewayHub, from outside. */
export interface HubStub {
  recall(gatewayId: string): Promise<Note | undefined>;
  remember(gatewayId: string, note: Note): Promise<void>;
  publish(gatewayIds: readonly string[], revision: number): Promise<void>;
  forget(gatewayId: string): Promise<void>;
  wait(gatewayId: string, since: number, milliseconds: number): Promise<WaitEnd>;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** The binding. A stub belongs to one request, so each call gets its own. */
export interface HubNamespace {
  getByName(name: string): HubStub;
}

/** FNV-1a, 32 bits: even, stable, and no secret depends on it. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (const character of text)
    sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return sum;
}

/**
 * Which Durable Object knows a gateway: its tenant's, or one of several when a tenant may have more
 * gateways than one object shall serve.
 */
export function hubName(
  tenantId: string,
  gatewayId: string,
  hubs = Math.ceil(limits.gatewaysPerTenant / limits.gatewaysPerHub),
): string {
  return hubs === 1 ? tenantId : `${tenantId}.${hash(gatewayId) % hubs}`;
}

function unreachable(cause: unknown): SallyportError {
  return new SallyportError('busy', 'The hub of the gateways did not answer.', {
    wayOut: 'Try again in a moment.',
    cause,
  });
}

/** Whatever goes wrong on the way becomes `busy`. */
async function ask<T>(answer: Promise<T>, waitMilliseconds = 0): Promise<T> {
  try {
    return await within(limits.hubAnswerMilliseconds + waitMilliseconds, answer, unreachable);
  } catch (error) {
    throw error instanceof SallyportError ? error : unreachable(error);
  }
}

// The platform's responses carry the agent's end of a new WebSocket.
type UpgradeResponse = Response & { webSocket?: unknown };

async function openSocket(stub: HubStub, gatewayId: string): Promise<Response> {
  const reply: UpgradeResponse = await ask(
    stub.fetch(`https://hub/?gateway=${gatewayId}`, { headers: { upgrade: 'websocket' } }),
  );
  // A response of our own, whose headers may still be set.
  const upgrade = { status: reply.status, webSocket: reply.webSocket };
  return new Response(null, upgrade);
}

/** @param warn says in the log what went wrong, where the caller is not told */
export function createEdgeHub(hubs: HubNamespace, warn: (error: unknown) => void): Hub {
  const hubOf = ({ tenantId, gatewayId }: GatewayName): HubStub =>
    hubs.getByName(hubName(tenantId, gatewayId));

  async function forgiving<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await ask(answer);
    } catch (error) {
      warn(error);
      return undefined;
    }
  }

  return {
    // What it cannot recall, the database knows.
    recall: (name) => forgiving(hubOf(name).recall(name.gatewayId)),
    remember: (name, note) => forgiving(hubOf(name).remember(name.gatewayId, note)),
    forget: (name) => forgiving(hubOf(name).forget(name.gatewayId)),
    async publish(tenantId, gatewayIds, revision) {
      const byHub = Map.groupBy(gatewayIds, (gatewayId) => hubName(tenantId, gatewayId));
      await Promise.all(
        [...byHub].map(([name, ids]) => forgiving(hubs.getByName(name).publish(ids, revision))),
      );
    },
    async wait(name, since, milliseconds) {
      const waiting = hubOf(name).wait(name.gatewayId, since, milliseconds);
      const end = await ask(waiting, milliseconds);
      if (end === 'busy')
        throw new SallyportError('busy', 'Too many agents are waiting.', {
          wayOut: 'Poll without waiting, or try again in a moment.',
        });
      return end === 'woken';
    },
    socket: (name) => openSocket(hubOf(name), name.gatewayId),
  };
}

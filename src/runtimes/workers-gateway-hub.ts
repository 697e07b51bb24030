// The hub of one tenant's gateways at the edge: a Durable Object. What it remembers is in its
// storage and outlives it; who waits over plain HTTP is in memory and comes back; WebSockets are
// held by the platform while the object sleeps.

import { DurableObject } from 'cloudflare:workers';
import type * as edge from '@cloudflare/workers-types';
import { limits } from '../model/limits.ts';
import { type Note, Waiters } from '../operations/hub.ts';
import { closeCodes } from './workers-close-codes.ts';

// The platform's globals of these names, which are more than those of the browser.
declare const Response: typeof edge.Response;
declare const WebSocketPair: typeof edge.WebSocketPair;
declare const WebSocketRequestResponsePair: typeof edge.WebSocketRequestResponsePair;

const createNotes = `create table if not exists notes (
  gateway_id text primary key not null, revision integer not null, identity_key text)`;

const raiseNote = `insert into notes (gateway_id, revision, identity_key) values (?1, ?2, ?3)
  on conflict do update set revision = max(revision, excluded.revision),
    identity_key = coalesce(excluded.identity_key, identity_key)`;

type NoteRow = { revision: number; identity_key: string | null };

export type WaitEnd = 'woken' | 'over' | 'busy';

function revisionMessage(revision: number): string {
  return JSON.stringify({ revision });
}

function acceptedAt(socket: edge.WebSocket): number {
  const attachment: unknown = socket.deserializeAttachment();
  return typeof attachment === 'number' ? attachment : 0;
}

export class GatewayHub extends DurableObject<unknown> {
  readonly #waiters = new Map<string, Waiters>();
  #waiting = 0;

  constructor(ctx: edge.DurableObjectState, env: unknown) {
    super(ctx, env);
    ctx.storage.sql.exec(createNotes);
    // Answered by the platform, so an agent that only checks the line does not wake the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  #row(gatewayId: string): NoteRow | undefined {
    const query = 'select revision, identity_key from notes where gateway_id = ?';
    const [row] = this.ctx.storage.sql.exec<NoteRow>(query, gatewayId);
    return row;
  }

  #raise(gatewayId: string, revision: number, identityKey: string | null): void {
    const row = this.#row(gatewayId);
    const newer = row === undefined || revision > row.revision;
    const known = identityKey === null || identityKey === row?.identity_key;
    if (!newer && known) return;
    this.ctx.storage.sql.exec(raiseNote, gatewayId, revision, identityKey);
    if (!newer) return;
    this.#waiters.get(gatewayId)?.wake(true);
    for (const socket of this.#sockets(gatewayId)) socket.send(revisionMessage(revision));
  }

  /** Open sockets of a gateway, the oldest first. */
  #sockets(gatewayId: string): edge.WebSocket[] {
    return this.ctx
      .getWebSockets(gatewayId)
      .filter(({ readyState }) => readyState === 1)
      .sort((one, other) => acceptedAt(one) - acceptedAt(other));
  }

  async recall(gatewayId: string): Promise<Note | undefined> {
    const row = this.#row(gatewayId);
    if (!row?.identity_key) return undefined;
    return { revision: row.revision, identityKey: row.identity_key };
  }

  async remember(gatewayId: string, { revision, identityKey }: Note): Promise<void> {
    this.#raise(gatewayId, revision, identityKey);
  }

  async publish(gatewayIds: readonly string[], revision: number): Promise<void> {
    for (const gatewayId of gatewayIds) this.#raise(gatewayId, revision, null);
  }

  async forget(gatewayId: string): Promise<void> {
    this.ctx.storage.sql.exec('delete from notes where gateway_id = ?', gatewayId);
    this.#waiters.get(gatewayId)?.wake(false);
    for (const socket of this.#sockets(gatewayId))
      socket.close(closeCodes.forgotten, 'this gateway is gone');
  }

  /** Waits, at most so many milliseconds, until the gateway's revision is above `since`. */
  async wait(gatewayId: string, since: number, milliseconds: number): Promise<WaitEnd> {
    const row = this.#row(gatewayId);
    if (!row) return 'over';
    if (row.revision > since) return 'woken';
    if (milliseconds <= 0) return 'over';
    if (this.#waiting >= limits.waitersPerHub) return 'busy';
    const waiters = this.#waiters.get(gatewayId) ?? new Waiters();
    this.#waiters.set(gatewayId, waiters);
    this.#waiting++;
    try {
      return (await waiters.add(milliseconds)) ? 'woken' : 'over';
    } finally {
      this.#waiting--;
      if (waiters.size === 0) this.#waiters.delete(gatewayId);
    }
  }

  /** Opens the socket of the gateway that the address names; the caller has let its agent in. */
  override fetch(request: edge.Request): edge.Response {
    const gatewayId = new URL(request.url).searchParams.get('gateway') ?? '';
    const { 0: client, 1: server } = new WebSocketPair();
    const open = this.#sockets(gatewayId);
    for (const oldest of open.slice(0, open.length + 1 - limits.socketsPerGateway))
      oldest.close(closeCodes.replaced, 'a newer socket of this gateway took its place');
    this.ctx.acceptWebSocket(server, [gatewayId]);
    server.serializeAttachment(Date.now());
    const row = this.#row(gatewayId);
    if (row) server.send(revisionMessage(row.revision));
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: edge.WebSocket): void {
    socket.close(closeCodes.notUnderstood, 'only "ping" is understood here');
  }
}

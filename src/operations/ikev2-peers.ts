// Which devices may come in by IKEv2 at which gateways: the same kind of delta as `peers`, without
// addresses, since those come from a pool.

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Query } from '../db/database.ts';
import { gateways } from '../db/schema/tenant.ts';
import { ikev2Peers } from '../db/schema/tenant-pki.ts';
import { togglePeerDigest } from '../model/desired-state.ts';
import { SallyportError } from '../model/errors.ts';
import { type Ikev2Peer, ikev2DigestInput } from '../model/ikev2.ts';
import { limits } from '../model/limits.ts';
import { secretHash } from '../pki/tokens.ts';
import type { GatewayRow } from './gateway/view.ts';
import type { PeerWrites } from './peers.ts';
import type { TenantScope } from './services.ts';

type Counts = Pick<GatewayRow, 'id' | 'ikev2Count' | 'ikev2Digest'>;

/** The digest with the device if it was without it, and the other way round. */
export async function toggledIkev2(digest: string, peer: Ikev2Peer): Promise<string> {
  return togglePeerDigest(digest, await secretHash(ikev2DigestInput(peer)));
}

/** One statement, however many gateways there are. */
function updateGateways({ db }: TenantScope, number: number, changed: readonly Counts[]): Query[] {
  if (changed.length === 0) return [];
  const rows = changed.map(
    ({ id, ikev2Count, ikev2Digest }) => sql`(${id}, ${ikev2Count}, ${ikev2Digest})`,
  );
  const counts = sql`(values ${sql.join(rows, sql`, `)}) as counts`;
  const update = db.build.update(gateways).set({
    ikev2Count: sql`counts.column2`,
    ikev2Digest: sql`counts.column3`,
    revision: number,
  });
  return [update.from(counts).where(eq(gateways.id, sql`counts.column1`))];
}

/** Lets the device in at these gateways under this identity, and under no earlier one. */
export async function addIkev2Peers(
  scope: TenantScope,
  number: number,
  { id: deviceId, identity }: Ikev2Peer,
  rows: readonly GatewayRow[],
): Promise<PeerWrites> {
  const { db } = scope;
  if (rows.length === 0) return { writes: [], touched: [] };
  const [own] = await db.run(
    db.build.select().from(ikev2Peers).where(eq(ikev2Peers.deviceId, deviceId)),
  );
  const changed: Counts[] = [];
  for (const { id, name, ikev2Count, ikev2Digest } of rows) {
    const before = own.find((peer) => peer.gatewayId === id && !peer.removed);
    if (!before && ikev2Count >= limits.peersPerGateway)
      throw new SallyportError(
        'limit_reached',
        `Gateway "${name}" has ${limits.peersPerGateway} devices, and no more can be.`,
        { wayOut: 'Add a gateway.' },
      );
    const without = before
      ? await toggledIkev2(ikev2Digest, { id: deviceId, identity: before.identity })
      : ikev2Digest;
    changed.push({
      id,
      ikev2Count: ikev2Count + (before ? 0 : 1),
      ikev2Digest: await toggledIkev2(without, { id: deviceId, identity }),
    });
  }
  const state = { removed: false, held: false, revision: number };
  const values = rows.map(({ id }) => ({ gatewayId: id, deviceId, identity, ...state }));
  const upsert = db.build
    .insert(ikev2Peers)
    .values(values)
    .onConflictDoUpdate({
      target: [ikev2Peers.gatewayId, ikev2Peers.deviceId],
      set: { identity, ...state },
    });
  return {
    writes: [upsert, ...updateGateways(scope, number, changed)],
    touched: changed.map(({ id }) => id),
  };
}

const living = eq(ikev2Peers.removed, false);
const held = eq(ikev2Peers.held, true);

type Move = 'hold' | 'return' | 'drop';
const states = {
  hold: { removed: true, held: true },
  return: { removed: false, held: false },
  drop: { removed: true, held: false },
} as const;

/**
 * Takes these devices off their gateways, for now or for good, or brings back those that were taken
 * off for now. As many statements however many there are.
 * @param which of `ikev2_peers`
 */
export async function moveIkev2Peers(
  scope: TenantScope,
  number: number,
  which: SQL,
  move: Move,
): Promise<PeerWrites> {
  const { db } = scope;
  const from = and(which, move === 'return' ? held : living);
  const { id, ikev2Count, ikev2Digest } = gateways;
  const [rows] = await db.run(
    db.build
      .select({ gateway: { id, ikev2Count, ikev2Digest }, peer: ikev2Peers })
      .from(ikev2Peers)
      .innerJoin(gateways, eq(gateways.id, ikev2Peers.gatewayId))
      .where(from),
  );
  const changed = new Map<string, Counts>();
  for (const { gateway, peer } of rows) {
    const { ikev2Count, ikev2Digest } = changed.get(gateway.id) ?? gateway;
    changed.set(gateway.id, {
      id: gateway.id,
      ikev2Count: ikev2Count + (move === 'return' ? 1 : -1),
      ikev2Digest: await toggledIkev2(ikev2Digest, { id: peer.deviceId, identity: peer.identity }),
    });
  }
  const state = { ...states[move], revision: number };
  const release = db.build.update(ikev2Peers).set({ held: false }).where(and(which, held));
  return {
    writes: [
      db.build.update(ikev2Peers).set(state).where(from),
      ...(move === 'drop' ? [release] : []),
      ...updateGateways(scope, number, [...changed.values()]),
    ],
    touched: [...changed.keys()],
  };
}

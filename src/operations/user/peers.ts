// All peers of a user at once, in as many statements however many devices and gateways there are.

import { and, eq, inArray, type SQL } from 'drizzle-orm';
import { devices, gateways, peers } from '../../db/schema/tenant.ts';
import { ikev2Peers } from '../../db/schema/tenant-pki.ts';
import type { GatewayRow } from '../gateway/view.ts';
import { moveIkev2Peers } from '../ikev2-peers.ts';
import {
  type Counts,
  type PeerWrites,
  peerOf,
  poolsOf,
  toggled,
  updateGateways,
} from '../peers.ts';
import type { TenantScope } from '../services.ts';

/** The user's devices, for the condition of a write. */
export function devicesOf({ db }: TenantScope, userId: string) {
  return db.build.select({ id: devices.id }).from(devices).where(eq(devices.userId, userId));
}

const living = eq(peers.removed, false);
const held = eq(peers.held, true);

interface Row {
  gateway: GatewayRow;
  peer: typeof peers.$inferSelect;
}
/** Of one gateway. */
type Rows = [Row, ...Row[]];

/** The user's peers in this state, gateway by gateway. */
async function readPeers(scope: TenantScope, userId: string, state: SQL): Promise<Rows[]> {
  const { db } = scope;
  const [rows] = await db.run(
    db.build
      .select({ gateway: gateways, peer: peers })
      .from(devices)
      .innerJoin(peers, eq(peers.deviceId, devices.id))
      .innerJoin(gateways, eq(gateways.id, peers.gatewayId))
      .where(and(eq(devices.userId, userId), state)),
  );
  const byGateway = Map.groupBy(rows, ({ gateway }) => gateway.id);
  return [...byGateway.values()].flatMap(([first, ...more]) => (first ? [[first, ...more]] : []));
}

async function digestAfter(rows: Rows): Promise<string> {
  let digest = rows[0].gateway.peerDigest;
  for (const { gateway, peer } of rows) {
    const { deviceId, publicKey, host } = peer;
    if (host !== null)
      digest = await toggled(digest, peerOf(poolsOf(gateway), deviceId, publicKey, host));
  }
  return digest;
}

/** Moves the user's peers off their gateways or back on, and has the gateways' rows say so. */
async function movePeers(
  scope: TenantScope,
  number: number,
  userId: string,
  to: { removed: boolean; held: boolean },
): Promise<PeerWrites> {
  const { db } = scope;
  const byGateway = await readPeers(scope, userId, to.removed ? living : held);
  const mine = inArray(peers.deviceId, devicesOf(scope, userId));
  const set = { ...to, revision: number };
  const from = to.removed ? living : held;
  const changed: Counts[] = [];
  for (const rows of byGateway) {
    const [{ gateway }] = rows;
    const peerCount = gateway.peerCount + (to.removed ? -rows.length : rows.length);
    changed.push({ ...gateway, peerDigest: await digestAfter(rows), peerCount });
  }
  const move = db.build.update(peers).set(set).where(and(mine, from));
  return {
    writes: [move, ...updateGateways(number, changed)],
    touched: changed.map(({ id }) => id),
  };
}

/** As `movePeers`, of both protocols. */
async function moveAll(
  scope: TenantScope,
  number: number,
  userId: string,
  move: 'hold' | 'return' | 'drop',
): Promise<PeerWrites> {
  const to = { removed: move !== 'return', held: move === 'hold' };
  const plain = await movePeers(scope, number, userId, to);
  const mine = inArray(ikev2Peers.deviceId, devicesOf(scope, userId));
  const certified = await moveIkev2Peers(scope, number, mine, move);
  return {
    writes: [...plain.writes, ...certified.writes],
    touched: [...new Set([...plain.touched, ...certified.touched])],
  };
}

/** Takes the user off every gateway; the devices' places are kept for them. */
export function holdPeers(scope: TenantScope, number: number, userId: string) {
  return moveAll(scope, number, userId, 'hold');
}

/** Brings back what `holdPeers` took off, with the same keys and addresses. */
export function returnPeers(scope: TenantScope, number: number, userId: string) {
  return moveAll(scope, number, userId, 'return');
}

/** Takes the user off every gateway for good. */
export async function dropPeers(
  scope: TenantScope,
  number: number,
  userId: string,
): Promise<PeerWrites> {
  const { db } = scope;
  const { writes, touched } = await moveAll(scope, number, userId, 'drop');
  const mine = inArray(peers.deviceId, devicesOf(scope, userId));
  const release = db.build.update(peers).set({ held: false }).where(and(mine, held));
  return { writes: [...writes, release], touched };
}

// Puts a device on its gateways and takes it off. Each function reads a few rows by key and returns
// what to write; the cost does not grow with the number of devices.

import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Query } from '../db/database.ts';
import { gateways, peers } from '../db/schema/tenant.ts';
import { type Peer, peerDigestInput, togglePeerDigest } from '../model/desired-state.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { addressesOf, nextHost, type Pools } from '../model/pool.ts';
import { secretHash } from '../pki/tokens.ts';
import type { GatewayRow } from './gateway/view.ts';
import type { TenantScope } from './services.ts';

type PeerRow = typeof peers.$inferSelect;

export interface PeerWrites {
  writes: Query[];
  /** Gateways whose document changes. */
  touched: string[];
}

export function poolsOf(row: Pick<GatewayRow, 'pool4' | 'pool6'>): Pools {
  return { v4: row.pool4, v6: row.pool6 };
}

/** A peer as the document names it. */
export function peerOf(pools: Pools, deviceId: string, publicKey: string, host: number): Peer {
  const [v4, v6] = addressesOf(pools, host);
  return { id: deviceId, publicKey, addresses: [`${v4}/32`, `${v6}/128`] };
}

/** The digest with the peer if it was without it, and the other way round. */
export async function toggled(digest: string, peer: Peer): Promise<string> {
  return togglePeerDigest(digest, await secretHash(peerDigestInput(peer)));
}

async function without(gateway: GatewayRow, peer: PeerRow): Promise<string> {
  if (peer.host === null) return gateway.peerDigest;
  const { deviceId, publicKey, host } = peer;
  return toggled(gateway.peerDigest, peerOf(poolsOf(gateway), deviceId, publicKey, host));
}

interface Place {
  host: number;
  highestHost: number;
  /** The tombstone that gives up its host number. */
  vacate: PeerRow | undefined;
}

function findPlace(
  gateway: GatewayRow,
  own: PeerRow | undefined,
  freed: PeerRow | undefined,
): Place {
  if (own && own.host !== null)
    return { host: own.host, highestHost: gateway.highestHost, vacate: undefined };
  if (gateway.peerCount >= limits.peersPerGateway)
    throw new SallyportError(
      'limit_reached',
      `Gateway "${gateway.name}" has ${limits.peersPerGateway} devices, and no more can be.`,
      { wayOut: 'Add a gateway.' },
    );
  const supply = { highest: gateway.highestHost, freed: freed?.host ?? undefined };
  const host = nextHost(poolsOf(gateway), supply);
  if (host === undefined)
    throw new SallyportError(
      'pool_exhausted',
      `Gateway "${gateway.name}" has no free address in ${gateway.pool4} and ${gateway.pool6}.`,
      { wayOut: 'Revoke devices that are not used, or add a gateway with a larger pool.' },
    );
  const fresh = host > gateway.highestHost;
  return {
    host,
    highestHost: fresh ? host : gateway.highestHost,
    vacate: fresh ? undefined : freed,
  };
}

async function readPlaces({ db }: TenantScope, deviceId: string, gatewayIds: string[]) {
  const [rows, own] = await db.run(
    db.build.select().from(gateways).where(inArray(gateways.id, gatewayIds)),
    db.build.select().from(peers).where(eq(peers.deviceId, deviceId)),
  );
  return rows.map((gateway) => ({
    gateway,
    own: own.find((peer) => peer.gatewayId === gateway.id),
  }));
}

/** The tombstone whose host number rests longest. */
async function oldestFreed({ db }: TenantScope, gatewayId: string): Promise<PeerRow | undefined> {
  const free = and(
    eq(peers.gatewayId, gatewayId),
    eq(peers.removed, true),
    eq(peers.held, false),
    isNotNull(peers.host),
  );
  const query = db.build.select().from(peers).where(free).orderBy(asc(peers.revision)).limit(1);
  const [[row]] = await db.run(query);
  return row;
}

async function addTo(
  scope: TenantScope,
  number: number,
  device: { id: string; publicKey: string },
  gateway: GatewayRow,
  own: PeerRow | undefined,
): Promise<Query[]> {
  const { db } = scope;
  const living = own !== undefined && !own.removed;
  const { host, highestHost, vacate } = findPlace(
    gateway,
    own,
    await oldestFreed(scope, gateway.id),
  );
  const row = { publicKey: device.publicKey, host, removed: false, revision: number };
  const peer = peerOf(poolsOf(gateway), device.id, device.publicKey, host);
  const before = living ? await without(gateway, own) : gateway.peerDigest;
  const writes: Query[] = [];
  if (vacate)
    writes.push(
      db.build
        .update(peers)
        .set({ host: null })
        .where(and(eq(peers.gatewayId, gateway.id), eq(peers.deviceId, vacate.deviceId))),
    );
  writes.push(
    db.build
      .insert(peers)
      .values({ gatewayId: gateway.id, deviceId: device.id, ...row })
      .onConflictDoUpdate({ target: [peers.gatewayId, peers.deviceId], set: row }),
    db.build
      .update(gateways)
      .set({
        highestHost,
        peerCount: gateway.peerCount + (living ? 0 : 1),
        peerDigest: await toggled(before, peer),
        revision: number,
      })
      .where(eq(gateways.id, gateway.id)),
  );
  return writes;
}

/** Gives the device a peer with this key on each gateway, replacing the key where it has one. */
export async function addPeers(
  scope: TenantScope,
  number: number,
  device: { id: string; publicKey: string },
  gatewayIds: string[],
): Promise<PeerWrites> {
  const places = await readPlaces(scope, device.id, gatewayIds);
  const writes: Query[] = [];
  for (const { gateway, own } of places)
    writes.push(...(await addTo(scope, number, device, gateway, own)));
  return { writes, touched: places.map(({ gateway }) => gateway.id) };
}

/** Takes the device off every gateway it is on. */
export async function removePeers(
  scope: TenantScope,
  number: number,
  deviceId: string,
): Promise<PeerWrites> {
  const { db } = scope;
  const [rows] = await db.run(
    db.build
      .select({ gateway: gateways, peer: peers })
      .from(peers)
      .innerJoin(gateways, eq(gateways.id, peers.gatewayId))
      .where(and(eq(peers.deviceId, deviceId), eq(peers.removed, false))),
  );
  const held = and(eq(peers.deviceId, deviceId), eq(peers.held, true));
  const writes: Query[] = [db.build.update(peers).set({ held: false }).where(held)];
  for (const { gateway, peer } of rows) {
    const peerDigest = await without(gateway, peer);
    const peerCount = gateway.peerCount - 1;
    writes.push(
      db.build
        .update(peers)
        .set({ removed: true, revision: number })
        .where(and(eq(peers.gatewayId, gateway.id), eq(peers.deviceId, deviceId))),
      db.build
        .update(gateways)
        .set({ peerDigest, peerCount, revision: number })
        .where(eq(gateways.id, gateway.id)),
    );
  }
  return { writes, touched: rows.map(({ gateway }) => gateway.id) };
}

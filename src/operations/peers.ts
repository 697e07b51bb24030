// Puts a device on its gateways and takes it off. Each function reads a few rows by key and returns
// what to write; the cost does not grow with the number of devices.

import { and, eq, getTableColumns, inArray, or, sql } from 'drizzle-orm';
import type { Query } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
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

/** The tombstone of each gateway whose host number rests longest. */
const oldestFreed = prepared((build) =>
  build
    .select(getTableColumns(peers))
    .from(sql`json_each(${sql.placeholder('gatewayIds')}) as wanted`)
    .innerJoin(
      peers,
      // Literally what the index of freed hosts says: it does not serve a query with parameters.
      sql`${peers}.rowid = (select freed.rowid from ${peers} as freed
        where freed.gateway_id = wanted.value
          and freed.removed = 1 and freed.held = 0 and freed.host is not null
        order by freed.revision limit 1)`,
    ),
);

const peersOfDevice = prepared((build) =>
  build
    .select()
    .from(peers)
    .where(eq(peers.deviceId, sql.placeholder('deviceId'))),
);

interface Candidate {
  gateway: GatewayRow;
  own: PeerRow | undefined;
  freed: PeerRow | undefined;
}

/** In one round trip, however many gateways there are. */
async function readCandidates(
  { db }: TenantScope,
  deviceId: string,
  gatewayIds: string[],
): Promise<Candidate[]> {
  const [rows, own, freed] = await db.run(
    db.build.select().from(gateways).where(inArray(gateways.id, gatewayIds)),
    peersOfDevice({ deviceId }),
    oldestFreed({ gatewayIds: JSON.stringify(gatewayIds) }),
  );
  const ownOf = new Map(own.map((peer) => [peer.gatewayId, peer]));
  const freedOf = new Map(freed.map((peer) => [peer.gatewayId, peer]));
  return rows.map((gateway) => ({
    gateway,
    own: ownOf.get(gateway.id),
    freed: freedOf.get(gateway.id),
  }));
}

export type Counts = Pick<GatewayRow, 'id' | 'highestHost' | 'peerCount' | 'peerDigest'>;

const setCounts = prepared((build) =>
  build
    .update(gateways)
    .set({
      highestHost: sql`counts.value ->> 1`,
      peerCount: sql`counts.value ->> 2`,
      peerDigest: sql`counts.value ->> 3`,
      revision: sql`${sql.placeholder('number')}`,
    })
    .from(sql`json_each(${sql.placeholder('rows')}) as counts`)
    .where(eq(gateways.id, sql`counts.value ->> 0`)),
);

/** One statement, however many gateways there are. */
export function updateGateways(number: number, changed: readonly Counts[]): Query[] {
  if (changed.length === 0) return [];
  const rows = changed.map(({ id, highestHost, peerCount, peerDigest }) => [
    id,
    highestHost,
    peerCount,
    peerDigest,
  ]);
  return [setCounts({ number, rows: JSON.stringify(rows) })];
}

/** Tombstones give up their host numbers. */
function vacate({ db }: TenantScope, tombstones: readonly PeerRow[]): Query[] {
  if (tombstones.length === 0) return [];
  const each = tombstones.map(({ gatewayId, deviceId }) =>
    and(eq(peers.gatewayId, gatewayId), eq(peers.deviceId, deviceId)),
  );
  return [
    db.build
      .update(peers)
      .set({ host: null })
      .where(or(...each)),
  ];
}

const upsertPeers = prepared((build) =>
  build
    .insert(peers)
    .select(
      sql`select value ->> 0, ${sql.placeholder('deviceId')}, ${sql.placeholder('publicKey')},
        value ->> 1, 0, 0, ${sql.placeholder('number')}
        from json_each(${sql.placeholder('rows')}) where true`,
    )
    .onConflictDoUpdate({
      target: [peers.gatewayId, peers.deviceId],
      set: {
        publicKey: sql`excluded.public_key`,
        host: sql`excluded.host`,
        removed: sql`excluded.removed`,
        revision: sql`excluded.revision`,
      },
    }),
);

/** Gives the device a peer with this key on each gateway, replacing the key where it has one. */
export async function addPeers(
  scope: TenantScope,
  number: number,
  device: { id: string; publicKey: string },
  gatewayIds: string[],
): Promise<PeerWrites> {
  const vacated: PeerRow[] = [];
  const hosts: [gatewayId: string, host: number][] = [];
  const changed: Counts[] = [];
  for (const { gateway, own, freed } of await readCandidates(scope, device.id, gatewayIds)) {
    const place = findPlace(gateway, own, freed);
    const { host, highestHost } = place;
    const living = own !== undefined && !own.removed;
    const before = living ? await without(gateway, own) : gateway.peerDigest;
    const peer = peerOf(poolsOf(gateway), device.id, device.publicKey, host);
    if (place.vacate) vacated.push(place.vacate);
    hosts.push([gateway.id, host]);
    changed.push({
      id: gateway.id,
      highestHost,
      peerCount: gateway.peerCount + (living ? 0 : 1),
      peerDigest: await toggled(before, peer),
    });
  }
  const { id: deviceId, publicKey } = device;
  const rows = JSON.stringify(hosts);
  return {
    writes: [
      ...vacate(scope, vacated),
      upsertPeers({ deviceId, publicKey, number, rows }),
      ...updateGateways(number, changed),
    ],
    touched: changed.map(({ id }) => id),
  };
}

/** Takes the device off every gateway it is on, or off these. */
export async function removePeers(
  scope: TenantScope,
  number: number,
  deviceId: string,
  gatewayIds?: string[],
): Promise<PeerWrites> {
  const { db } = scope;
  const ofDevice = and(
    eq(peers.deviceId, deviceId),
    gatewayIds && inArray(peers.gatewayId, gatewayIds),
  );
  const living = and(ofDevice, eq(peers.removed, false));
  const [rows] = await db.run(
    db.build
      .select({ gateway: gateways, peer: peers })
      .from(peers)
      .innerJoin(gateways, eq(gateways.id, peers.gatewayId))
      .where(living),
  );
  const held = and(ofDevice, eq(peers.held, true));
  const release = db.build.update(peers).set({ held: false }).where(held);
  if (rows.length === 0) return { writes: [release], touched: [] };
  const changed: Counts[] = [];
  for (const { gateway, peer } of rows)
    changed.push({
      ...gateway,
      peerDigest: await without(gateway, peer),
      peerCount: gateway.peerCount - 1,
    });
  return {
    writes: [
      release,
      db.build.update(peers).set({ removed: true, revision: number }).where(living),
      ...updateGateways(number, changed),
    ],
    touched: changed.map(({ id }) => id),
  };
}

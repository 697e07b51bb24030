// gateway.state: list and watch. The rows are the compiled state, so an answer costs what changed.

import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { prepared } from '../../db/prepared.ts';
import { gateways, peers } from '../../db/schema/tenant.ts';
import {
  type DesiredState,
  type FirewallSection,
  type Peer,
  plainStateVersion,
  type WireguardSection,
} from '../../model/desired-state.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { gatewayAddresses } from '../../model/pool.ts';
import { signDesiredState } from '../../pki/tokens.ts';
import { peerOf, poolsOf } from '../peers.ts';
import type { TenantScope } from '../services.ts';
import type { GatewayRow } from './view.ts';

function wireguardSection(row: GatewayRow): WireguardSection {
  return { listenPort: row.listenPort, mtu: row.mtu, addresses: gatewayAddresses(poolsOf(row)) };
}

function firewallSection(row: GatewayRow): FirewallSection {
  return { masquerade: [row.pool4, row.pool6], isolateClients: row.isolateClients };
}

type PeerRow = typeof peers.$inferSelect;

/** The document that leads from `since`, or from nothing, to what the rows say. */
export function compileDocument(
  row: GatewayRow,
  changed: readonly PeerRow[],
  since: number | undefined,
): DesiredState {
  const pools = poolsOf(row);
  const withSections = since === undefined || row.sectionsRevision > since;
  const upsert: Peer[] = [];
  const remove: string[] = [];
  for (const peer of changed) {
    if (peer.removed || peer.host === null) remove.push(peer.deviceId);
    else upsert.push(peerOf(pools, peer.deviceId, peer.publicKey, peer.host));
  }
  return {
    version: plainStateVersion,
    gatewayId: row.id,
    revision: row.revision,
    base: since ?? null,
    sections: withSections
      ? { wireguard: wireguardSection(row), firewall: firewallSection(row) }
      : {},
    peers: { upsert, remove: since === undefined ? [] : remove },
    peerDigest: row.peerDigest,
  };
}

const ofGateway = eq(peers.gatewayId, sql.placeholder('gatewayId'));
const gatewayRow = prepared((build) =>
  build
    .select()
    .from(gateways)
    .where(eq(gateways.id, sql.placeholder('gatewayId'))),
);
const livingPeers = prepared((build) =>
  build
    .select()
    .from(peers)
    .where(and(ofGateway, eq(peers.removed, false)))
    .orderBy(asc(peers.revision)),
);
const peersSince = prepared((build) =>
  build
    .select()
    .from(peers)
    .where(and(ofGateway, gt(peers.revision, sql.placeholder('since'))))
    .orderBy(asc(peers.revision)),
);

/** The gateway's row and the peers to tell of, in one snapshot. */
async function read({ db }: TenantScope, gatewayId: string, since: number | undefined) {
  const wanted = since === undefined ? livingPeers : peersSince;
  const [[row], changed] = await db.run(gatewayRow({ gatewayId }), wanted({ gatewayId, since }));
  // Without a key it waits for another VM, and the hub missed that this one is out.
  if (!row?.identityKey) throw notFound('gateway', gatewayId);
  return { row, changed };
}

/**
 * The signed document, or undefined when there is nothing newer than `since`. While the hub knows
 * that, it reads no database.
 * @param since the revision the agent has; undefined asks for everything
 * @throws SallyportError `revision_ahead` when the agent knows a later revision than we do
 */
export async function getState(
  scope: TenantScope,
  gatewayId: string,
  since: number | undefined,
): Promise<string | undefined> {
  const { tenantId, services } = scope;
  const { hub, keys } = services;
  const note = since === undefined ? undefined : await hub.recall({ tenantId, gatewayId });
  if (note && note.revision === since) return undefined;
  const { row, changed } = await read(scope, gatewayId, since);
  // An agent that is ahead of the hub may be right: then the hub was behind.
  if (note && note.revision < row.revision) await hub.publish(tenantId, [gatewayId], row.revision);
  if (since !== undefined && row.revision < since)
    throw new SallyportError('revision_ahead', `There is no revision ${since} here yet.`, {
      wayOut:
        'The control plane was restored from an older backup. The agent keeps what it has until ' +
        'later changes to its gateway have passed its revision.',
    });
  if (row.revision === since) return undefined;
  return signDesiredState(keys.state, compileDocument(row, changed, since));
}

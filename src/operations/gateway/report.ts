// gateway.report: observations. They are not changes, so they bypass the revisions.

import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { gatewayReports, gateways, peers, peerTraffic } from '../../db/schema/tenant.ts';
import { notFound } from '../../model/errors.ts';
import type { ObservedState, PeerObservation, ReportReply } from '../../model/observed-state.ts';
import type { TenantScope } from '../services.ts';

async function read(scope: TenantScope, gatewayId: string, ids: string[]) {
  const { db, services, tenantId } = scope;
  const [[gateway], known] = await db.run(
    db.build
      .select({ revision: gateways.revision, peerDigest: gateways.peerDigest })
      .from(gateways)
      .where(eq(gateways.id, gatewayId)),
    db.build
      .select({ deviceId: peers.deviceId })
      .from(peers)
      .where(and(eq(peers.gatewayId, gatewayId), inArray(peers.deviceId, ids))),
  );
  if (!gateway) {
    // The hub missed that it was deleted; or else its agent would have been refused.
    await services.hub.forget({ tenantId, gatewayId });
    throw notFound('gateway', gatewayId);
  }
  return { gateway, known: new Set(known.map((row) => row.deviceId)) };
}

function addTraffic({ db }: TenantScope, gatewayId: string, seen: PeerObservation): Query {
  const row = {
    deviceId: seen.id,
    gatewayId,
    latestHandshakeAt: seen.latestHandshake * 1000,
    receivedBytes: seen.receivedBytes,
    sentBytes: seen.sentBytes,
  };
  const { receivedBytes, sentBytes, latestHandshakeAt } = peerTraffic;
  return db.build
    .insert(peerTraffic)
    .values(row)
    .onConflictDoUpdate({
      target: [peerTraffic.deviceId, peerTraffic.gatewayId],
      set: {
        latestHandshakeAt: sql`max(${latestHandshakeAt}, excluded.latest_handshake_at)`,
        receivedBytes: sql`${receivedBytes} + excluded.received_bytes`,
        sentBytes: sql`${sentBytes} + excluded.sent_bytes`,
      },
    });
}

/** Keeps what the agent saw, and asks it to fetch everything when its peers have drifted. */
export async function reportGateway(
  scope: TenantScope,
  gatewayId: string,
  report: ObservedState,
): Promise<ReportReply> {
  const { db, services } = scope;
  const { peers: seen, ...state } = report;
  const { gateway, known } = await read(
    scope,
    gatewayId,
    seen.map(({ id }) => id),
  );
  const row = { gatewayId, reportedAt: services.now(), state };
  const ours = seen.filter(({ id }) => known.has(id));
  await db.note(
    db.build
      .insert(gatewayReports)
      .values(row)
      .onConflictDoUpdate({ target: gatewayReports.gatewayId, set: row }),
    ...ours.map((observation) => addTraffic(scope, gatewayId, observation)),
  );
  // What the hub missed, it learns here: no agent stays behind longer than its report interval.
  await services.hub.publish(scope.tenantId, [gatewayId], gateway.revision);
  const drifted = state.revision === gateway.revision && state.peerDigest !== gateway.peerDigest;
  return { resync: drifted };
}

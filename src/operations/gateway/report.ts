// gateway.report: observations. They are not changes, so they bypass the revisions.

import { eq, sql } from 'drizzle-orm';
import { prepared } from '../../db/prepared.ts';
import { gateways } from '../../db/schema/tenant.ts';
import { gatewayReports } from '../../db/schema/tenant-observed.ts';
import type { ObservedState, ReportReply } from '../../model/observed-state.ts';
import { byteQuotasQuery, noticeBytes } from '../quota/bytes.ts';
import type { AgentPrincipal, TenantScope } from '../services.ts';
import { keepReceipts } from './receipts.ts';
import { trafficWrites } from './traffic.ts';
import { turnAway } from './turn-away.ts';
import type { GatewayRow } from './view.ts';

const id = sql.placeholder('gatewayId');

const ownRow = prepared((build) =>
  build
    .select({
      revision: gateways.revision,
      peerDigest: gateways.peerDigest,
      identityKey: gateways.identityKey,
      ikev2: gateways.ikev2,
      ikev2Digest: gateways.ikev2Digest,
    })
    .from(gateways)
    .where(eq(gateways.id, id)),
);

const { trafficRun, trafficReport } = gatewayReports;
/** One that was overtaken on the way does not make the newest be forgotten. */
const newestReport = sql`case when excluded.traffic_run is null then ${trafficReport}
  when ${trafficRun} = excluded.traffic_run
  then max(${trafficReport}, excluded.traffic_report) else excluded.traffic_report end`;

type Digests = Pick<GatewayRow, 'peerDigest' | 'ikev2' | 'ikev2Digest'>;

/** Whether the agent of the gateway's own revision has other devices than the rows say. */
function hasDrifted(
  { peerDigest, ikev2, ikev2Digest }: Digests,
  seen: Pick<ObservedState, 'peerDigest' | 'ikev2'>,
): boolean {
  if (seen.peerDigest !== peerDigest) return true;
  return ikev2 && seen.ikev2 !== undefined && seen.ikev2.digest !== ikev2Digest;
}

/** Keeps nothing if the gateway is gone, or another VM by now. */
const keepReport = prepared((build) =>
  build
    .insert(gatewayReports)
    .select(
      sql`select ${gateways.id}, ${sql.placeholder('now')}, ${sql.placeholder('state')},
        ${sql.placeholder('run')}, ${sql.placeholder('report')}
        from ${gateways} where ${gateways.id} = ${id}
          and ${gateways.identityKey} = ${sql.placeholder('identityKey')}`,
    )
    .onConflictDoUpdate({
      target: gatewayReports.gatewayId,
      set: {
        reportedAt: sql`excluded.reported_at`,
        state: sql`excluded.state`,
        trafficRun: sql`coalesce(excluded.traffic_run, ${trafficRun})`,
        trafficReport: newestReport,
      },
    }),
);

/**
 * Keeps what the agent saw, and asks it to fetch everything when its peers have drifted.
 * @param onForged is told how many receipts were not this gateway's, or cannot be true
 */
export async function reportGateway(
  scope: TenantScope,
  agent: AgentPrincipal,
  report: ObservedState,
  onForged: (count: number) => void,
): Promise<ReportReply> {
  const { db, services, tenantId } = scope;
  const { gatewayId, identityKey } = agent;
  const { peers: seen, traffic, receipts = [], ...state } = report;
  const { run = null, report: number = null } = traffic ?? {};
  const text = JSON.stringify(state);
  const own = ownRow({ gatewayId });
  const row = { gatewayId, identityKey, now: services.now(), state: text, run, report: number };
  const keep = keepReport(row);
  const traffics = trafficWrites(scope, agent, report);
  const [[gateway], quotas = []] =
    traffics.length === 0
      ? [(await db.note(own, keep))[0]]
      : await db.note(own, byteQuotasQuery({}), ...traffics, keep);
  if (gateway?.identityKey !== identityKey) throw await turnAway(services, agent);
  if (receipts.length > 0) {
    const { revision } = gateway;
    const forged = await keepReceipts(scope, { id: gatewayId, identityKey, revision }, receipts);
    if (forged > 0) onForged(forged);
  }
  await noticeBytes(
    scope,
    quotas,
    seen.map((peer) => peer.id),
  );
  // What the hub missed, it learns here: no agent stays behind longer than its report interval.
  await services.hub.publish(tenantId, [gatewayId], gateway.revision);
  return { resync: state.revision === gateway.revision && hasDrifted(gateway, state) };
}

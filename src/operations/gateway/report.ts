// gateway.report: observations. They are not changes, so they bypass the revisions.

import { eq, sql } from 'drizzle-orm';
import { gatewayReports, gateways } from '../../db/schema/tenant.ts';
import { notFound } from '../../model/errors.ts';
import type { ObservedState, ReportReply } from '../../model/observed-state.ts';
import { byteQuotasQuery, noticeBytes } from '../quota/bytes.ts';
import type { TenantScope } from '../services.ts';
import { trafficWrites } from './traffic.ts';

async function read(scope: TenantScope, gatewayId: string) {
  const { db, services, tenantId } = scope;
  const [[gateway], quotas] = await db.run(
    db.build
      .select({ revision: gateways.revision, peerDigest: gateways.peerDigest })
      .from(gateways)
      .where(eq(gateways.id, gatewayId)),
    byteQuotasQuery(scope),
  );
  if (!gateway) {
    // The hub missed that it was deleted; or else its agent would have been refused.
    await services.hub.forget({ tenantId, gatewayId });
    throw notFound('gateway', gatewayId);
  }
  return { gateway, quotas };
}

const { trafficRun, trafficReport } = gatewayReports;
/** One that was overtaken on the way does not make the newest be forgotten. */
const newestReport = sql`case when ${trafficRun} = excluded.traffic_run
  then max(${trafficReport}, excluded.traffic_report) else excluded.traffic_report end`;

/** Keeps what the agent saw, and asks it to fetch everything when its peers have drifted. */
export async function reportGateway(
  scope: TenantScope,
  gatewayId: string,
  report: ObservedState,
): Promise<ReportReply> {
  const { db, services } = scope;
  const { peers: seen, traffic, ...state } = report;
  const { gateway, quotas } = await read(scope, gatewayId);
  const counted = traffic ? { trafficRun: traffic.run, trafficReport: traffic.report } : {};
  const newest = traffic ? { trafficReport: newestReport } : {};
  const row = { gatewayId, reportedAt: services.now(), state, ...counted };
  const keep = db.build
    .insert(gatewayReports)
    .values(row)
    .onConflictDoUpdate({ target: gatewayReports.gatewayId, set: { ...row, ...newest } });
  const [first = keep, ...rest] = [...trafficWrites(scope, gatewayId, report), keep];
  await db.note(first, ...rest);
  await noticeBytes(
    scope,
    quotas,
    seen.map(({ id }) => id),
  );
  // What the hub missed, it learns here: no agent stays behind longer than its report interval.
  await services.hub.publish(scope.tenantId, [gatewayId], gateway.revision);
  const drifted = state.revision === gateway.revision && state.peerDigest !== gateway.peerDigest;
  return { resync: drifted };
}

// Traffic that a gateway reports: added up by device, by user and month, by tenant and month. A
// handful of statements, however many devices a report names.

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { devices, gateways, peers, usage } from '../../db/schema/tenant.ts';
import { gatewayReports, peerTraffic } from '../../db/schema/tenant-observed.ts';
import type { ObservedState, Traffic } from '../../model/observed-state.ts';
import { monthOf } from '../../model/quota.ts';
import type { AgentPrincipal, TenantScope } from '../services.ts';

type Report = Pick<ObservedState, 'peers' | 'traffic'>;

/** Sums stay where a number of the language is exact. */
const most = Number.MAX_SAFE_INTEGER;

/** Whether this report, or a later one of the same run, was counted before. */
function wasCounted(gatewayId: string, { run, report }: Traffic): SQL {
  return sql`exists (select 1 from ${gatewayReports} where ${and(
    eq(gatewayReports.gatewayId, gatewayId),
    eq(gatewayReports.trafficRun, run),
    sql`${gatewayReports.trafficReport} >= ${report}`,
  )})`;
}

/** The devices that the report names and that are the VM's, each row with what it did. */
function reported({ gatewayId, identityKey }: AgentPrincipal, { peers: seen, traffic }: Report) {
  const rows = seen.map(({ id, latestHandshake, receivedBytes, sentBytes }) => [
    id,
    latestHandshake * 1000,
    receivedBytes,
    sentBytes,
  ]);
  const mine = and(
    eq(peers.gatewayId, gatewayId),
    sql`${peers.deviceId} = json_extract(seen.value, '$[0]')`,
  );
  const self = sql`exists (select 1 from ${gateways} where ${and(
    eq(gateways.id, gatewayId),
    eq(gateways.identityKey, identityKey),
  )})`;
  const fresh = traffic ? sql`not ${wasCounted(gatewayId, traffic)}` : sql`true`;
  return sql`from json_each(${JSON.stringify(rows)}) as seen
    cross join ${peers} on ${mine} cross join ${devices} on ${eq(devices.id, peers.deviceId)}
    where ${self} and ${fresh}`;
}

const field = (index: number): SQL => sql.raw(`json_extract(seen.value, '$[${index}]')`);
const [handshake, received, sent] = [field(1), field(2), field(3)];

function addUsage({ db }: TenantScope, rows: SQL): Query {
  return db.build
    .insert(usage)
    .select(rows)
    .onConflictDoUpdate({
      target: [usage.name, usage.key],
      set: { value: sql`min(${usage.value} + excluded.value, ${most})` },
    });
}

/**
 * Writes that add the report's traffic up, unless it was counted before. They belong in one batch
 * with the gateway's row of `gateway_reports`, and before it.
 */
export function trafficWrites(scope: TenantScope, agent: AgentPrincipal, report: Report): Query[] {
  if (report.peers.length === 0) return [];
  const from = reported(agent, report);
  const month = monthOf(scope.services.now());
  const { receivedBytes, sentBytes, latestHandshakeAt } = peerTraffic;
  const bytes = sql`min(sum(${received} + ${sent}), ${most})`;
  const userKey = sql`${devices.userId} || ' ' || ${month}`;
  const byDevice = sql`select ${peers.deviceId}, ${peers.gatewayId}, max(${handshake}),
    sum(${received}), sum(${sent}) ${from} group by ${peers.deviceId}`;
  return [
    scope.db.build
      .insert(peerTraffic)
      .select(byDevice)
      .onConflictDoUpdate({
        target: [peerTraffic.deviceId, peerTraffic.gatewayId],
        set: {
          latestHandshakeAt: sql`max(${latestHandshakeAt}, excluded.latest_handshake_at)`,
          receivedBytes: sql`min(${receivedBytes} + excluded.received_bytes, ${most})`,
          sentBytes: sql`min(${sentBytes} + excluded.sent_bytes, ${most})`,
        },
      }),
    addUsage(
      scope,
      sql`select 'bytesPerUserPerMonth', ${userKey}, ${bytes} ${from} group by ${devices.userId}`,
    ),
    addUsage(
      scope,
      sql`select 'bytesPerMonth', ${month}, ${bytes} ${from} group by ${peers.gatewayId}`,
    ),
  ];
}

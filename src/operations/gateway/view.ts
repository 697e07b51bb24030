import type { gateways } from '../../db/schema/tenant.ts';
import type { gatewayReports } from '../../db/schema/tenant-observed.ts';
import { desiredStateVersion, plainStateVersion } from '../../model/desired-state.ts';
import type { Gateway } from '../../model/gateway.ts';

export type GatewayRow = typeof gateways.$inferSelect;
export type ReportRow = typeof gatewayReports.$inferSelect;

/** The version of document that its agent has to read. */
export function versionOf({ ikev2 }: Pick<GatewayRow, 'ikev2'>) {
  return ikev2 ? desiredStateVersion : plainStateVersion;
}

function ikev2Of(row: GatewayRow): Gateway['ikev2'] {
  const { ikePool4, ikePool6, ikev2Count, certificateExpiresAt } = row;
  if (ikePool4 === null || ikePool6 === null) return null;
  return {
    pools: { v4: ikePool4, v6: ikePool6 },
    deviceCount: ikev2Count,
    certificateExpiresAt:
      certificateExpiresAt === null ? null : new Date(certificateExpiresAt).toISOString(),
  };
}

function progress(row: GatewayRow, report: ReportRow | null): Gateway['applied'] {
  if (!report) return 'pending';
  const sections = Object.values(report.state.sections);
  if (sections.some((section) => section?.status === 'failed')) return 'failed';
  // Ahead of us it refuses everything we say, which needs somebody's attention.
  if (report.state.revision > row.revision) return 'failed';
  return report.state.revision === row.revision ? 'applied' : 'pending';
}

/** A gateway as the API shows it. */
export function gatewayView(row: GatewayRow, report: ReportRow | null): Gateway {
  return {
    id: row.id,
    name: row.name,
    endpoint: { host: row.endpointHost, port: row.endpointPort },
    listenPort: row.listenPort,
    pools: { v4: row.pool4, v6: row.pool6 },
    routes: row.routes,
    dns: row.dns,
    mtu: row.mtu,
    isolateClients: row.isolateClients,
    status: row.identityKey === null ? 'pending' : 'enrolled',
    wireguardPublicKey: row.wireguardPublicKey,
    peerCount: row.peerCount,
    ikev2: ikev2Of(row),
    revision: row.revision,
    observed: report && {
      ...report.state,
      reportedAt: new Date(report.reportedAt).toISOString(),
    },
    applied: progress(row, report),
    createdAt: new Date(row.createdAt).toISOString(),
  };
}

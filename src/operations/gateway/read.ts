// The read of a gateway that several operations share.

import { and, eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { gatewayReports } from '../../db/schema/tenant-observed.ts';
import { notFound } from '../../model/errors.ts';
import { gatewaysWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import type { GatewayRow, ReportRow } from './view.ts';

/** @throws SallyportError `not_found` */
export async function readGateway(
  scope: TenantScope,
  id: string,
): Promise<{ gateway: GatewayRow; report: ReportRow | null }> {
  const { db } = scope;
  const [[row]] = await db.run(
    db.build
      .select({ gateway: gateways, report: gatewayReports })
      .from(gateways)
      .leftJoin(gatewayReports, eq(gatewayReports.gatewayId, gateways.id))
      .where(and(eq(gateways.id, id), gatewaysWithin(scope))),
  );
  if (!row) throw notFound('gateway', id);
  return row;
}

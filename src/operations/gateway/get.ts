// gateway.get

import { and, eq } from 'drizzle-orm';
import { gatewayReports, gateways } from '../../db/schema/tenant.ts';
import { notFound } from '../../model/errors.ts';
import type { Gateway } from '../../model/gateway.ts';
import { gatewaysWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { gatewayView } from './view.ts';

export async function getGateway(scope: TenantScope, id: string): Promise<Gateway> {
  const { db } = scope;
  const [[row]] = await db.run(
    db.build
      .select({ gateway: gateways, report: gatewayReports })
      .from(gateways)
      .leftJoin(gatewayReports, eq(gatewayReports.gatewayId, gateways.id))
      .where(and(eq(gateways.id, id), gatewaysWithin(scope))),
  );
  if (!row) throw notFound('gateway', id);
  return gatewayView(row.gateway, row.report);
}

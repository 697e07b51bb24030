// gateway.list

import { and, asc, eq, gt } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { gatewayReports } from '../../db/schema/tenant-observed.ts';
import type { Gateway } from '../../model/gateway.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { gatewaysWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { gatewayView } from './view.ts';

export async function listGateways(scope: TenantScope, page: Page): Promise<Listing<Gateway>> {
  const { db } = scope;
  const [rows] = await db.run(
    db.build
      .select({ gateway: gateways, report: gatewayReports })
      .from(gateways)
      .leftJoin(gatewayReports, eq(gatewayReports.gatewayId, gateways.id))
      .where(and(gt(gateways.createdRevision, Number(page.cursor ?? 0)), gatewaysWithin(scope)))
      .orderBy(asc(gateways.createdRevision))
      .limit(page.limit + 1),
  );
  return paged(
    rows,
    page,
    (row) => row.gateway.createdRevision,
    (row) => gatewayView(row.gateway, row.report),
  );
}

// gateway.list

import { asc, eq, gt } from 'drizzle-orm';
import { gatewayReports, gateways } from '../../db/schema/tenant.ts';
import type { Gateway } from '../../model/gateway.ts';
import { type Listing, type Page, paged } from '../page.ts';
import type { TenantScope } from '../services.ts';
import { gatewayView } from './view.ts';

export async function listGateways({ db }: TenantScope, page: Page): Promise<Listing<Gateway>> {
  const [rows] = await db.run(
    db.build
      .select({ gateway: gateways, report: gatewayReports })
      .from(gateways)
      .leftJoin(gatewayReports, eq(gatewayReports.gatewayId, gateways.id))
      .where(gt(gateways.createdRevision, Number(page.cursor ?? 0)))
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

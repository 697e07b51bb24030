// device.list

import { and, asc, gt } from 'drizzle-orm';
import { devices } from '../../db/schema/tenant.ts';
import type { Device } from '../../model/device.ts';
import { type Listing, type Page, paged } from '../page.ts';
import { devicesWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { viewDevices } from './read.ts';

export async function listDevices(scope: TenantScope, page: Page): Promise<Listing<Device>> {
  const { db } = scope;
  const [rows] = await db.run(
    db.build
      .select()
      .from(devices)
      .where(and(gt(devices.createdRevision, Number(page.cursor ?? 0)), devicesWithin(scope)))
      .orderBy(asc(devices.createdRevision))
      .limit(page.limit + 1),
  );
  const { items, next } = paged(
    rows,
    page,
    (row) => row.createdRevision,
    (row) => row,
  );
  return { items: await viewDevices(scope, items), next };
}

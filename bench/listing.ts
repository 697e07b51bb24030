// bench listing: a page of devices, at the start of a long list and at its end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devices } from '../src/db/schema/tenant.ts';
import { newId } from '../src/model/ids.ts';
import { noOrigin } from '../src/model/origin.ts';
import { listDevices } from '../src/operations/device/list.ts';
import type { Services, TenantScope } from '../src/operations/services.ts';
import { wholeTenant } from '../src/operations/services.ts';
import { createTenant } from '../src/operations/tenant/create.ts';
import { readSettings } from '../src/runtimes/config.ts';
import { createNodeServices } from '../src/runtimes/node-services.ts';
import { fastestQuarter, milliseconds, type Sheet, whole } from './figures.ts';

const total = 10_000;
const pageSize = 100;
const samples = 200;
/** What a page may cost more at the end, noise included. */
const tolerance = 1.5;

async function scopeWithDevices(services: Services): Promise<TenantScope> {
  const caller = { services, origin: noOrigin, principal: { kind: 'operator' as const } };
  const { tenant, owner } = await createTenant(caller, { name: 'Long' });
  const db = await services.tenants.open(tenant.id);
  if (!db) throw new Error('the tenant has no database');
  for (let start = 0; start < total; start += 500) {
    const rows = Array.from({ length: 500 }, (_, n) => ({
      ...{ id: newId('device', services.random), userId: owner.id, name: 'a phone' },
      ...{ platform: 'ios', status: 'pending' as const, revision: 1, createdAt: 0 },
      createdRevision: start + n + 1,
    }));
    await db.run(db.build.insert(devices).values(rows));
  }
  return { ...caller, db, tenantId: tenant.id, actor: 'operator', reach: wholeTenant };
}

async function timeOf(scope: TenantScope, cursor: number): Promise<number> {
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const begun = performance.now();
    const { items } = await listDevices(scope, { limit: pageSize, cursor: String(cursor) });
    times.push(performance.now() - begun);
    if (items.length !== pageSize) throw new Error(`a page of ${items.length} devices`);
  }
  return fastestQuarter(times);
}

export async function listing(sheet: Sheet): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const { services, close } = await createNodeServices(
    readSettings({ SALLYPORT_DATA: data }),
    'http://control.bench',
  );
  try {
    const scope = await scopeWithDevices(services);
    sheet.title(`listing: ${whole(pageSize)} of ${whole(total)} devices, databases as files`);
    await timeOf(scope, 0);
    const first = await timeOf(scope, 0);
    const last = await timeOf(scope, total - pageSize);
    sheet.figure('the first page (baseline)', milliseconds(first), 'fastest quarter');
    sheet.figure('the last page', milliseconds(last), `${(last / first).toFixed(2)} times`);
    sheet.goal('the end costs what the start costs', last < first * tolerance);
  } finally {
    await close();
    rmSync(data, { recursive: true, force: true });
  }
}

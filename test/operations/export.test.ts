// What an export leaves out, and what a large one costs.

import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import * as core from '../../src/db/schema/tenant.ts';
import { devices } from '../../src/db/schema/tenant.ts';
import * as outlets from '../../src/db/schema/tenant-outlets.ts';
import * as people from '../../src/db/schema/tenant-people.ts';
import { limits } from '../../src/model/limits.ts';
import { noOrigin } from '../../src/model/origin.ts';
import { wholeTenant } from '../../src/operations/services.ts';
import { exportedTables, exportTenant } from '../../src/operations/tenant/export.ts';
import { createWorld } from '../jobs/world.ts';

test('every table is exported, or its rows are nobody else’s business', () => {
  const all = [core, people, outlets].flatMap((schema) =>
    Object.values(schema).flatMap((value) => (is(value, SQLiteTable) ? [getTableName(value)] : [])),
  );
  const exported = Object.values(exportedTables).map(({ table }) => getTableName(table));
  const left = all.filter((name) => !exported.includes(name));
  // Jobs hold sealed mails, and answers are kept to be repeated.
  expect(left.sort()).toEqual(['idempotency_keys', 'jobs']);
});

test('50,000 devices are exported a page at a time, as fast as they are taken', async () => {
  const world = await createWorld();
  const { id: tenantId, db } = await world.tenant();
  const [[owner]] = await db.run(db.build.select().from(people.users));
  const total = 50_000;
  for (let start = 0; start < total; start += 1000) {
    const rows = Array.from({ length: 1000 }, (_, n) => ({
      ...{ id: `d_${start + n}`, userId: owner?.id ?? '', name: 'a phone', platform: 'ios' },
      ...{ status: 'pending' as const, revision: 1, createdAt: 0, createdRevision: start + n + 2 },
    }));
    await db.run(db.build.insert(devices).values(rows));
  }
  const { services, statements } = world;
  const principal = { kind: 'operator' as const };
  const base = { services, principal, origin: noOrigin, tenantId, db };
  const stream = await exportTenant({ ...base, actor: 'operator', reach: wholeTenant });
  const before = statements.length;
  const reader = stream.getReader();
  await reader.read();
  const perPage: number[] = [];
  let [lines, largest] = [0, 0];
  for (;;) {
    const begun = statements.length;
    const { value, done } = await reader.read();
    if (done) break;
    perPage.push(statements.length - begun);
    lines += value.filter((byte) => byte === 10).length;
    largest = Math.max(largest, value.length);
  }
  expect(lines).toBeGreaterThan(total);
  // A page is read when it is asked for: one statement, and a few more where tables are empty.
  expect(Math.max(...perPage)).toBeLessThan(Object.keys(exportedTables).length);
  expect(perPage.length).toBeGreaterThanOrEqual(total / limits.exportRowsPerPage);
  expect(largest).toBeLessThan(512 * limits.exportRowsPerPage);
  expect(statements.length - before).toBeLessThan(perPage.length + 3 * 25);
});

// Which database is asked what, when there are more tenants than open databases.

import { createClient } from '@libsql/client';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Driver } from '../../src/db/driver.ts';
import { createFileDriver } from '../../src/db/file-driver.ts';
import { migrate } from '../../src/db/migrate.ts';
import { directoryMigrations } from '../../src/db/migrations.gen.ts';
import { tenants as directoryTenants } from '../../src/db/schema/directory.ts';
import { gateways } from '../../src/db/schema/tenant.ts';
import { createTenantDatabases } from '../../src/db/tenant-databases.ts';
import { temporaryDirectory } from '../control-plane.ts';

const ids = ['t_0000000000000001', 't_0000000000000002', 't_0000000000000003'];

/** Tenants with a single handle among them, and whose databases were asked, in order. */
async function prepared() {
  const path = temporaryDirectory();
  const asked: string[] = [];
  const connect = (name: string): Driver => {
    const driver = createFileDriver(() =>
      createClient({ url: `file:${path}/${name}.db`, intMode: 'number', concurrency: 1 }),
    );
    const batch: Driver['batch'] = (statements, mode) => {
      asked.push(name);
      return driver.batch(statements, mode);
    };
    return { ...driver, batch };
  };
  const directoryDriver = connect('directory');
  await migrate(directoryDriver, directoryMigrations, 0);
  const directory = openDatabase(directoryDriver);
  const provisioner = { connect, create: async () => undefined, drop: async () => undefined };
  const tenants = createTenantDatabases(directory, provisioner, 1, () => 0);
  for (const id of ids) {
    await tenants.create(id);
    const row = { id, name: id, slug: id.slice(2), createdAt: 0 };
    await directory.run(directory.build.insert(directoryTenants).values(row));
  }
  asked.length = 0;
  return { tenants, directory, asked };
}

test('opening a tenant again asks no database, although its handle was let go', async () => {
  const { tenants, asked } = await prepared();
  for (const id of [...ids, ...ids]) expect(await tenants.open(id)).toBeDefined();
  expect(asked).toEqual([]);
});

test('a database whose handle was let go is still there to be used', async () => {
  const { tenants } = await prepared();
  const [first = '', second = ''] = ids;
  const db = await tenants.open(first);
  await tenants.open(second);
  expect(await db?.run(db.build.select().from(gateways))).toEqual([[]]);
});

test('a tenant that was dropped is asked for in the directory again', async () => {
  const { tenants, asked } = await prepared();
  const [first = ''] = ids;
  await tenants.drop(first);
  await tenants.open(first);
  expect(asked[0]).toBe('directory');
});

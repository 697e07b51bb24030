import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import type { Driver } from '../../src/db/driver.ts';
import { createFileDriver } from '../../src/db/file-driver.ts';
import { migrate } from '../../src/db/migrate.ts';
import { directoryMigrations, tenantMigrations } from '../../src/db/migrations.gen.ts';
import * as directorySchema from '../../src/db/schema/directory.ts';
import * as tenantSchema from '../../src/db/schema/tenant.ts';
import { temporaryDirectory } from '../control-plane.ts';

function driverAt(path = join(temporaryDirectory(), 'x.db')): Driver {
  return createFileDriver(() =>
    createClient({ url: `file:${path}`, concurrency: 1, timeout: 5000, intMode: 'number' }),
  );
}

async function column(driver: Driver, sql: string): Promise<string[]> {
  const [rows = []] = await driver.batch([{ sql, args: [] }], 'read');
  return rows.map((row) => String(row[0]));
}

const tables = `select name from sqlite_master where type = 'table' and name like 't%' order by name`;
const one = { tag: '0000_one', statements: ['create table t1 (x)'] };
const two = { tag: '0001_two', statements: ['create table t2 (x)'] };
const broken = { tag: '0001_two', statements: ['create table t2 (x)', 'nonsense'] };

test('applies what is missing, in order, once', async () => {
  const driver = driverAt();
  await migrate(driver, [one], 1);
  await migrate(driver, [one, two], 2);
  await migrate(driver, [one, two], 3);
  expect(await column(driver, tables)).toEqual(['t1', 't2']);
  expect(await column(driver, 'select applied_at from _migrations')).toEqual(['1', '2']);
});

test('leaves nothing of a migration that fails, and goes on from there when it is mended', async () => {
  const driver = driverAt();
  await expect(migrate(driver, [one, broken], 1)).rejects.toThrow(/nonsense/);
  expect(await column(driver, tables)).toEqual(['t1']);
  await migrate(driver, [one, two], 2);
  expect(await column(driver, tables)).toEqual(['t1', 't2']);
});

test('refuses a database that a newer version wrote', async () => {
  const driver = driverAt();
  await migrate(driver, [one, two], 1);
  await expect(migrate(driver, [one], 2)).rejects.toThrow(/0001_two/);
});

test('refuses a database in which a migration is missing in the middle', async () => {
  const driver = driverAt();
  await migrate(driver, [two], 1);
  await expect(migrate(driver, [one, two], 2)).rejects.toThrow(/does not expect/);
});

test('four at once apply each migration exactly once', async () => {
  const path = join(temporaryDirectory(), 'shared.db');
  const drivers = Array.from({ length: 4 }, () => driverAt(path));
  await Promise.all(drivers.map((driver) => migrate(driver, [one, two], 1)));
  expect(await column(drivers[0] ?? driverAt(path), 'select tag from _migrations')).toEqual([
    '0000_one',
    '0001_two',
  ]);
});

test.each([
  ['directory', directorySchema, directoryMigrations],
  ['tenant', tenantSchema, tenantMigrations],
] as const)('the migrations of the %s database make the tables of its schema', async (...row) => {
  const [, schema, migrations] = row;
  const driver = driverAt();
  await migrate(driver, migrations, 1);
  const declared = Object.values(schema).filter((value) => is(value, SQLiteTable));
  expect(declared.length).toBeGreaterThan(0);
  for (const table of declared) {
    const names = Object.values(getTableColumns(table)).map(({ name }) => name);
    const sql = `select name from pragma_table_info('${getTableName(table)}')`;
    expect((await column(driver, sql)).sort()).toEqual(names.sort());
  }
});

// The embedded database under the file driver, as the Node runtime has it.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConstraintError } from '../../src/db/driver.ts';
import { createFileDriver } from '../../src/db/file-driver.ts';
import { openSqlite } from '../../src/runtimes/node-sqlite.ts';
import { temporaryDirectory } from '../control-plane.ts';

const select = { sql: 'select x from numbers order by x', args: [] };
const insert = (x: number) => ({ sql: 'insert into numbers values (?)', args: [x] });

async function numbers() {
  const path = join(temporaryDirectory(), 'numbers.db');
  const driver = createFileDriver(() => openSqlite(path, 0));
  const sql = 'create table numbers (x integer primary key check (x >= 0))';
  await driver.batch([{ sql, args: [] }], 'write');
  return { path, driver };
}

test('a batch is written whole or not at all, and its statements work on afterwards', async () => {
  const { driver } = await numbers();
  const failed = driver.batch([insert(1), insert(2), insert(-1)], 'write');
  await expect(failed).rejects.toThrow(ConstraintError);
  await driver.batch([insert(3), insert(4)], 'write');
  expect(await driver.batch([select, select], 'read')).toEqual([
    [[3], [4]],
    [[3], [4]],
  ]);
});

test('nothing that it acknowledged after another process was busy is lost', async () => {
  const { path, driver } = await numbers();
  const other = openSqlite(path, 0);
  await driver.batch([insert(1)], 'write');
  await other.execute('begin immediate; insert into numbers values (2)');
  await expect(driver.batch([insert(3)], 'write')).rejects.toMatchObject({ code: 'busy' });
  await other.execute('commit');
  await driver.batch([insert(4)], 'write');
  await driver.close();
  expect((await other.batch([select], 'read'))[0]?.rows).toEqual([[1], [2], [4]]);
  other.close();
});

test('a kept statement hears of a changed schema and of changed rows', async () => {
  const { driver } = await numbers();
  const all = { sql: 'select * from numbers', args: [] };
  expect(await driver.batch([all], 'read')).toEqual([[]]);
  await driver.batch([{ sql: 'alter table numbers add y text', args: [] }, insert2], 'write');
  expect(await driver.batch([all], 'read')).toEqual([[[1, 'one']]]);
});

const insert2 = { sql: 'insert into numbers values (?, ?)', args: [1, 'one'] };

test('a query that fails halfway leaves no transaction open', async () => {
  const { driver } = await numbers();
  const broken = { sql: "select abs(-9223372036854775807 - 1), 'overflow'", args: [] };
  await expect(driver.batch([select, broken], 'read')).rejects.toThrow(/overflow/);
  await driver.batch([insert(1)], 'write');
  expect(await driver.batch([select], 'read')).toEqual([[[1]]]);
});

test('more statements than are kept work all the same', async () => {
  const { driver } = await numbers();
  for (let turn = 0; turn < 2; turn++)
    for (let i = 0; i < 200; i++) {
      const query = { sql: `select ${i} + ?`, args: [turn] };
      expect(await driver.batch([query], 'read')).toEqual([[[i + turn]]]);
    }
});

import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { asc } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { createFileDriver } from '../../src/db/file-driver.ts';
import { migrate } from '../../src/db/migrate.ts';
import { directoryMigrations } from '../../src/db/migrations.gen.ts';
import { jobWakeups, tenants } from '../../src/db/schema/directory.ts';
import {
  armWakeup,
  settleWakeup,
  sweepWakeups,
  takeDueWakeups,
  takeWakeup,
} from '../../src/db/wakeups.ts';
import { temporaryDirectory } from '../control-plane.ts';

const lease = 1000;

function driverAt(path: string) {
  return createFileDriver(() =>
    createClient({ url: `file:${path}`, concurrency: 1, timeout: 5000, intMode: 'number' }),
  );
}

async function directories(count: number, ids: string[]): Promise<[Database, ...Database[]]> {
  const path = join(temporaryDirectory(), 'directory.db');
  const first = driverAt(path);
  await migrate(first, directoryMigrations, 1);
  const db = openDatabase(first);
  const rows = ids.map((id) => ({ id, slug: id, name: id, createdAt: 1 }));
  await db.run(db.build.insert(tenants).values(rows));
  const others = Array.from({ length: count - 1 }, () => openDatabase(driverAt(path)));
  return [db, ...others];
}

async function wakeups(db: Database): Promise<Record<string, number>> {
  const [rows] = await db.run(db.build.select().from(jobWakeups).orderBy(asc(jobWakeups.tenantId)));
  return Object.fromEntries(rows.map(({ tenantId, dueAt }) => [tenantId, dueAt]));
}

async function arm(db: Database, due: Record<string, number>): Promise<void> {
  for (const [id, dueAt] of Object.entries(due)) await db.run(armWakeup(db, id, dueAt));
}

test('arming brings a wake-up forward and never puts it off', async () => {
  const [db] = await directories(1, ['a']);
  await arm(db, { a: 50 });
  await arm(db, { a: 90 });
  expect(await wakeups(db)).toEqual({ a: 50 });
  await arm(db, { a: 20 });
  expect(await wakeups(db)).toEqual({ a: 20 });
});

test('takes those that have been due for longest, and leaves the others', async () => {
  const [db] = await directories(1, ['a', 'b', 'c', 'd']);
  await arm(db, { a: 30, b: 10, c: 20, d: 99 });
  const taken = await takeDueWakeups(db, 30, lease, 2);
  expect(taken.map(({ tenantId }) => tenantId).sort()).toEqual(['b', 'c']);
  expect(await wakeups(db)).toEqual({ a: 30, b: 1030, c: 1030, d: 99 });
});

test('gives each wake-up to one taker, and again when a lease ends', async () => {
  const ids = Array.from({ length: 30 }, (_, n) => `t${n}`);
  const [db, other = db] = await directories(2, ids);
  await arm(db, Object.fromEntries(ids.map((id) => [id, 1])));
  const rounds = await Promise.all(
    Array.from({ length: 12 }, (_, n) => takeDueWakeups(n % 2 ? db : other, 5, lease, 3)),
  );
  const taken = rounds.flat().map(({ tenantId }) => tenantId);
  expect(taken.sort()).toEqual(ids.sort());
  expect(await takeDueWakeups(db, 1004, lease, 99)).toEqual([]);
  expect(await takeDueWakeups(db, 1005, lease, 99)).toHaveLength(30);
});

describe('settling', () => {
  test('puts the wake-up off to when there is something to do', async () => {
    const [db] = await directories(1, ['a']);
    await settleWakeup(db, await takeWakeup(db, 'a', 0, lease), 5000);
    expect(await wakeups(db)).toEqual({ a: 5000 });
  });

  test.each([
    ['earlier than the lease', 10, 10],
    // Nothing tells the two apart from a wake-up that we know of, so the lease's end stays.
    ['later than the lease', 7000, 1000],
  ])('keeps a wake-up that was armed meanwhile, %s', async (_, armedAt, expected) => {
    const [db] = await directories(1, ['a']);
    const wakeup = await takeWakeup(db, 'a', 0, lease);
    await arm(db, { a: armedAt });
    await settleWakeup(db, wakeup, 9000);
    expect(await wakeups(db)).toEqual({ a: expected });
  });

  test('of a taker whose lease is over does not put off what its successor settled', async () => {
    const [db] = await directories(1, ['a']);
    const late = await takeWakeup(db, 'a', 0, lease);
    await settleWakeup(db, await takeWakeup(db, 'a', 1000, lease), 3000);
    await settleWakeup(db, late, 8000);
    expect(await wakeups(db)).toEqual({ a: 3000 });
  });

  test('does nothing for a tenant that is gone', async () => {
    const [db] = await directories(1, ['a']);
    const wakeup = await takeWakeup(db, 'a', 0, lease);
    await db.run(db.build.delete(tenants));
    await settleWakeup(db, wakeup, 5000);
    expect(await wakeups(db)).toEqual({});
  });
});

describe('the sweep', () => {
  test('gets round to every tenant, a page at a time, and begins again', async () => {
    const [db] = await directories(1, ['a', 'b', 'c', 'd', 'e']);
    await arm(db, { b: 50 });
    expect(await sweepWakeups(db, 7, 2)).toEqual(['a']);
    expect(await sweepWakeups(db, 7, 2)).toEqual(['c', 'd']);
    expect(await sweepWakeups(db, 7, 2)).toEqual(['e']);
    expect(await wakeups(db)).toEqual({ a: 7, b: 50, c: 7, d: 7, e: 7 });
    await db.run(db.build.delete(jobWakeups));
    expect(await sweepWakeups(db, 8, 2)).toEqual(['a', 'b']);
  });

  test('of two at once loses nobody', async () => {
    const ids = Array.from({ length: 9 }, (_, n) => `t${n}`);
    const [db, other = db] = await directories(2, ids);
    for (let i = 0; i < 5; i++)
      await Promise.all([sweepWakeups(db, 7, 2), sweepWakeups(other, 7, 2)]);
    expect(Object.keys(await wakeups(db))).toEqual(ids);
  });
});

test('a directory of the version before keeps its tenants, and the sweep finds them', async () => {
  const driver = driverAt(join(temporaryDirectory(), 'old.db'));
  await migrate(driver, directoryMigrations.slice(0, 1), 1);
  const db = openDatabase(driver);
  const row = { id: 'a', slug: 'a', name: 'Acme', createdAt: 1 };
  const sql = 'insert into tenants (id, slug, name, created_at) values (?, ?, ?, ?)';
  await driver.batch([{ sql, args: Object.values(row) }], 'write');
  await migrate(driver, directoryMigrations, 2);
  const [kept] = await db.run(db.build.select().from(tenants));
  expect(kept).toEqual([{ ...row, status: 'active' }]);
  expect(await sweepWakeups(db, 7, 10)).toEqual(['a']);
});

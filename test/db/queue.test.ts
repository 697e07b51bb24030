import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { asc } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { createFileDriver } from '../../src/db/file-driver.ts';
import { migrate } from '../../src/db/migrate.ts';
import { tenantMigrations } from '../../src/db/migrations.gen.ts';
import {
  buryJob,
  claimJob,
  enqueueJob,
  enqueueStandingJobs,
  finishJob,
  type Job,
  nextJobDueAt,
  repeatJob,
  retryJob,
} from '../../src/db/queue.ts';
import { change } from '../../src/db/revision.ts';
import { revisions, tenant } from '../../src/db/schema/tenant.ts';
import { jobs } from '../../src/db/schema/tenant-outlets.ts';
import { limits } from '../../src/model/limits.ts';
import { noOrigin } from '../../src/model/origin.ts';
import { temporaryDirectory } from '../control-plane.ts';

const lease = 1000;

function driverAt(path: string) {
  return createFileDriver(() =>
    createClient({ url: `file:${path}`, concurrency: 1, timeout: 5000, intMode: 'number' }),
  );
}

/** Connections to one tenant's database, as several processes have them. */
async function databases(count: number): Promise<Database[]> {
  const path = join(temporaryDirectory(), 'tenant.db');
  const drivers = Array.from({ length: count }, () => driverAt(path));
  const [first] = drivers;
  if (first) await migrate(first, tenantMigrations, 1);
  return drivers.map(openDatabase);
}

async function database(): Promise<Database> {
  const [db] = await databases(1);
  if (!db) throw new Error('no database');
  return db;
}

const job = (id: string, dueAt = 0) => ({
  id,
  kind: 'test',
  payload: { n: 1 },
  dueAt,
  createdAt: 0,
});

async function enqueue(db: Database, ...all: ReturnType<typeof job>[]): Promise<void> {
  for (const one of all) await db.run(enqueueJob(db, one));
}

async function claim(db: Database, now: number): Promise<Job> {
  const claimed = await claimJob(db, now, lease);
  if (!claimed) throw new Error('nothing to claim');
  return claimed;
}

async function all(db: Database): Promise<Job[]> {
  const [rows] = await db.run(db.build.select().from(jobs).orderBy(asc(jobs.id)));
  return rows;
}

describe('claims', () => {
  test('what has been due for longest, and not before it is due', async () => {
    const db = await database();
    await enqueue(db, job('a', 30), job('b', 10), job('c', 20));
    expect(await claimJob(db, 9, lease)).toBeUndefined();
    const claimed = [await claim(db, 30), await claim(db, 30), await claim(db, 30)];
    expect(claimed.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    expect(await claimJob(db, 30, lease)).toBeUndefined();
  });

  test('no job twice, however many runners there are on however many connections', async () => {
    const dbs = await databases(2);
    const [first] = dbs as [Database];
    const ids = Array.from({ length: 60 }, (_, n) => `j${n}`);
    await enqueue(first, ...ids.map((id) => job(id)));
    const claimed: string[] = [];
    const runner = async (db: Database): Promise<void> => {
      for (let own = await claimJob(db, 5, lease); own; own = await claimJob(db, 5, lease))
        claimed.push(own.id);
    };
    await Promise.all([...dbs, ...dbs, ...dbs, ...dbs].map(runner));
    expect(claimed.sort()).toEqual(ids.sort());
  });

  test('again what a crashed runner left, when its lease ends', async () => {
    const db = await database();
    await enqueue(db, job('a'));
    expect(await claim(db, 5)).toMatchObject({ attempts: 1, dueAt: 1005 });
    expect(await nextJobDueAt(db)).toBe(1005);
    expect(await claimJob(db, 1004, lease)).toBeUndefined();
    expect(await claim(db, 1005)).toMatchObject({ id: 'a', attempts: 2 });
  });
});

describe('a claimed job', () => {
  test('is gone when it is finished', async () => {
    const db = await database();
    await enqueue(db, job('a'));
    await finishJob(db, await claim(db, 5));
    expect(await all(db)).toEqual([]);
    expect(await nextJobDueAt(db)).toBeUndefined();
  });

  test('waits with its error when it is retried, and forgets it when it is repeated', async () => {
    const db = await database();
    await enqueue(db, job('a'));
    await retryJob(db, await claim(db, 5), 50, 'no answer');
    expect(await all(db)).toMatchObject([{ dueAt: 50, attempts: 1, lastError: 'no answer' }]);
    await repeatJob(db, await claim(db, 50), 500);
    expect(await all(db)).toMatchObject([{ dueAt: 500, attempts: 0, lastError: null }]);
  });

  test('is kept when it is given up, and never claimed again', async () => {
    const db = await database();
    await enqueue(db, job('a'));
    await buryJob(db, await claim(db, 5), 6, 'refused');
    expect(await all(db)).toMatchObject([{ status: 'dead', lastError: 'refused', dueAt: 6 }]);
    expect(await claimJob(db, 1_000_000, lease)).toBeUndefined();
    expect(await nextJobDueAt(db)).toBeUndefined();
  });

  test.each([
    ['finish', (db: Database, late: Job) => finishJob(db, late)],
    ['repeat', (db: Database, late: Job) => repeatJob(db, late, 9999)],
    ['retry', (db: Database, late: Job) => retryJob(db, late, 9999, 'late')],
    ['bury', (db: Database, late: Job) => buryJob(db, late, 9999, 'late')],
  ] as const)('is not touched by the %s of a runner whose lease is over', async (...row) => {
    const [, write] = row;
    const db = await database();
    await enqueue(db, job('a'));
    const late = await claim(db, 5);
    const current = await claim(db, 1005);
    await write(db, late);
    expect(await all(db)).toEqual([current]);
  });
});

const author = { actor: 'test', operation: 'user.create', at: 1, origin: noOrigin } as const;

describe('enqueued with a change', () => {
  test('a job is there when the change is', async () => {
    const db = await database();
    await change(db, author, async () => ({
      subject: 's',
      summary: {},
      writes: [enqueueJob(db, job('a', 7))],
      result: undefined,
    }));
    expect(await all(db)).toMatchObject([{ id: 'a', payload: '{"n":1}', dueAt: 7, attempts: 0 }]);
  });

  test('a job rolls back with it', async () => {
    const db = await database();
    const row = { id: 't', slug: 's', name: 'n', ula: 'u', createdAt: 1 };
    const clash = change(db, author, async () => ({
      subject: 's',
      summary: {},
      writes: [
        enqueueJob(db, job('a')),
        db.build.insert(tenant).values(row),
        db.build.insert(tenant).values(row),
      ],
      result: undefined,
    }));
    await expect(clash).rejects.toMatchObject({ columns: 'tenant.id' });
    expect(await all(db)).toEqual([]);
  });
});

describe('standing jobs', () => {
  async function ensure(db: Database, now: number): Promise<void> {
    await db.run(enqueueStandingJobs(db, ['prune', 'tenant.mirror'], now, now));
  }

  test('are there once, however often they are enqueued', async () => {
    const db = await database();
    await ensure(db, 5);
    const before = await all(db);
    await ensure(db, 6);
    expect(before).toMatchObject([
      { id: 'prune', kind: 'prune', dueAt: 5 },
      { id: 'tenant.mirror', kind: 'tenant.mirror', dueAt: 5 },
    ]);
    expect(await all(db)).toEqual(before);
  });

  test('that died stay dead for a while, then get another chance', async () => {
    const db = await database();
    await ensure(db, 5);
    await buryJob(db, await claim(db, 5), 10, 'broken');
    await ensure(db, 9 + limits.jobRevivalMilliseconds);
    expect(await all(db)).toMatchObject([{ status: 'dead' }, {}]);
    await ensure(db, 10 + limits.jobRevivalMilliseconds);
    expect(await all(db)).toMatchObject([
      { status: 'waiting', attempts: 0, lastError: 'broken' },
      {},
    ]);
  });
});

test('a database of the version before keeps what it holds and gets the queue', async () => {
  const driver = driverAt(join(temporaryDirectory(), 'old.db'));
  await migrate(driver, tenantMigrations.slice(0, 1), 1);
  const db = openDatabase(driver);
  const revision = {
    number: 1,
    at: 1,
    actor: 'operator',
    operation: 'tenant.create' as const,
    subject: 't',
    summary: { name: 'Acme' },
    hash: 'h',
  };
  const { summary, ...texts } = revision;
  const sql = `insert into revisions (number, at, actor, operation, subject, hash, summary)
    values (?, ?, ?, ?, ?, ?, ?)`;
  const args = [...Object.values(texts), JSON.stringify(summary)];
  await driver.batch([{ sql, args }], 'write');
  await expect(enqueue(db, job('a'))).rejects.toThrow(/no such table/);
  await migrate(driver, tenantMigrations, 2);
  await enqueue(db, job('a'));
  const [kept] = await db.run(db.build.select().from(revisions));
  expect(kept).toEqual([{ ...revision, address: null, userAgent: null }]);
  expect(await all(db)).toMatchObject([{ id: 'a' }]);
});

import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { asc } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { createFileDriver } from '../../src/db/file-driver.ts';
import { migrate } from '../../src/db/migrate.ts';
import { tenantMigrations } from '../../src/db/migrations.gen.ts';
import { change, revisionHash } from '../../src/db/revision.ts';
import { revisions, tenant } from '../../src/db/schema/tenant.ts';
import { noOrigin } from '../../src/model/origin.ts';
import { temporaryDirectory } from '../control-plane.ts';

const author = { actor: 'test', operation: 'user.create', at: 1000, origin: noOrigin } as const;

async function databases(count: number): Promise<Database[]> {
  const path = join(temporaryDirectory(), 'tenant.db');
  const drivers = Array.from({ length: count }, () =>
    createFileDriver(() =>
      createClient({ url: `file:${path}`, concurrency: 1, timeout: 5000, intMode: 'number' }),
    ),
  );
  const [first] = drivers;
  if (first) await migrate(first, tenantMigrations, 1);
  return drivers.map(openDatabase);
}

function countUp(db: Database): Promise<number> {
  return change(db, author, async (number) => ({
    subject: `s${number}`,
    summary: { number },
    writes: [],
    result: number,
  }));
}

async function log(db: Database) {
  const [rows] = await db.run(db.build.select().from(revisions).orderBy(asc(revisions.number)));
  return rows;
}

test('numbers changes without a gap, however many writers there are', async () => {
  const dbs = await databases(3);
  const numbers = await Promise.all(
    Array.from({ length: 60 }, (_, n) => countUp(dbs[n % 3] as Database)),
  );
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
});

test('hashes each revision over the one before it', async () => {
  const [db] = (await databases(1)) as [Database];
  for (let i = 0; i < 3; i++) await countUp(db);
  let previous = '0'.repeat(64);
  for (const { hash, ...row } of await log(db)) {
    expect(hash).toBe(await revisionHash(previous, row));
    expect(hash).not.toBe(await revisionHash(previous, { ...row, actor: 'somebody else' }));
    previous = hash;
  }
});

test('writes nothing when the decision refuses', async () => {
  const [db] = (await databases(1)) as [Database];
  const refusal = change(db, author, async () => {
    throw new Error('no');
  });
  await expect(refusal).rejects.toThrow('no');
  expect(await log(db)).toEqual([]);
});

test('decides again on fresh rows after losing a race', async () => {
  const [ours, theirs] = (await databases(2)) as [Database, Database];
  const seen: number[] = [];
  await change(ours, author, async (number) => {
    seen.push(number);
    if (seen.length === 1) await countUp(theirs);
    return { subject: 's', summary: {}, writes: [], result: undefined };
  });
  expect(seen).toEqual([1, 2]);
});

test('gives up as busy when it loses every race', async () => {
  const [ours, theirs] = (await databases(2)) as [Database, Database];
  const starved = change(ours, author, async () => {
    await countUp(theirs);
    return { subject: 's', summary: {}, writes: [], result: undefined };
  });
  await expect(starved).rejects.toMatchObject({ code: 'busy' });
});

test('rolls the revision back with its writes', async () => {
  const [db] = (await databases(1)) as [Database];
  const row = { id: 't', slug: 's', name: 'n', ula: 'u', createdAt: 1 };
  const clash = change(db, author, async () => ({
    subject: 's',
    summary: {},
    writes: [db.build.insert(tenant).values(row), db.build.insert(tenant).values(row)],
    result: undefined,
  }));
  await expect(clash).rejects.toMatchObject({ columns: 'tenant.id' });
  expect(await log(db)).toEqual([]);
});

import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { describe, expect, test } from 'vitest';
import { ConstraintError } from '../../src/db/driver.ts';
import { createFifoLock, createFileDriver } from '../../src/db/file-driver.ts';
import { SallyportError } from '../../src/model/errors.ts';
import { temporaryDirectory } from '../control-plane.ts';

function bareClient(path: string) {
  return createClient({ url: `file:${path}`, concurrency: 1, timeout: 0, intMode: 'number' });
}

async function numbersOnDisk(path: string): Promise<unknown[]> {
  const client = bareClient(path);
  const { rows } = await client.execute('select x from numbers order by x');
  client.close();
  return rows.map((row) => row.x);
}

async function tableAt(): Promise<string> {
  const path = join(temporaryDirectory(), 'trap.db');
  const client = bareClient(path);
  await client.execute('pragma journal_mode = wal');
  await client.execute('create table numbers (x integer primary key check (x >= 0))');
  client.close();
  return path;
}

/** Another process's write lock, held while `work` runs. */
async function whileLocked(path: string, work: () => Promise<unknown>): Promise<void> {
  const other = bareClient(path);
  const transaction = await other.transaction('write');
  await transaction.execute('insert into numbers values (1)');
  await work();
  await transaction.commit();
  other.close();
}

const insert = (x: number) => ({ sql: 'insert into numbers values (?)', args: [x] });

describe('after another process made a write fail with SQLITE_BUSY', () => {
  test('the bare client acknowledges a later write and loses it', async () => {
    const path = await tableAt();
    const client = bareClient(path);
    await client.execute('select * from numbers');
    await whileLocked(path, () =>
      expect(client.execute('insert into numbers values (2)')).rejects.toThrow(/locked/),
    );
    const acknowledged = await client.execute('insert into numbers values (3)');
    client.close();
    expect(acknowledged.rowsAffected).toBe(1);
    expect(await numbersOnDisk(path)).toEqual([1]);
  });

  test('our driver says busy, and keeps what it acknowledges later', async () => {
    const path = await tableAt();
    const driver = createFileDriver(() => bareClient(path));
    await driver.batch([{ sql: 'select * from numbers', args: [] }], 'read');
    await whileLocked(path, () =>
      expect(driver.batch([insert(2)], 'write')).rejects.toMatchObject({ code: 'busy' }),
    );
    await driver.batch([insert(3)], 'write');
    driver.close();
    expect(await numbersOnDisk(path)).toEqual([1, 3]);
  });
});

describe('the file driver', () => {
  test('commits a batch whole or not at all', async () => {
    const path = await tableAt();
    const driver = createFileDriver(() => bareClient(path));
    await expect(driver.batch([insert(5), insert(5)], 'write')).rejects.toThrow(ConstraintError);
    expect(await numbersOnDisk(path)).toEqual([]);
  });

  test('names the columns of a broken rule and never the values', async () => {
    const path = await tableAt();
    const driver = createFileDriver(() => bareClient(path));
    await driver.batch([insert(4711)], 'write');
    const clash = driver.batch([insert(4711)], 'write');
    await expect(clash).rejects.toMatchObject({ columns: 'numbers.x' });
    await expect(clash).rejects.not.toThrow(/4711/);
    await expect(driver.batch([insert(-1)], 'write')).rejects.toThrow(ConstraintError);
  });

  test('lets sixteen callers write at once and loses nothing', async () => {
    const path = await tableAt();
    const driver = createFileDriver(() => bareClient(path));
    const callers = Array.from({ length: 16 }, (_, caller) =>
      Promise.all(
        Array.from({ length: 25 }, (_unused, n) =>
          driver.batch([insert(caller * 25 + n)], 'write'),
        ),
      ),
    );
    await Promise.all(callers);
    expect(await numbersOnDisk(path)).toEqual(Array.from({ length: 400 }, (_, n) => n));
  });

  test('opens again after it was closed', async () => {
    const path = await tableAt();
    const driver = createFileDriver(() => bareClient(path));
    await driver.batch([insert(1)], 'write');
    driver.close();
    await driver.batch([insert(2)], 'write');
    expect(await numbersOnDisk(path)).toEqual([1, 2]);
  });

  test('passes other errors on without calling them busy', async () => {
    const driver = createFileDriver(() => bareClient(join(temporaryDirectory(), 'empty.db')));
    const failure = driver.batch([{ sql: 'select nonsense', args: [] }], 'read');
    await expect(failure).rejects.toThrow(/nonsense/);
    await expect(failure).rejects.not.toBeInstanceOf(SallyportError);
  });
});

describe('the lock', () => {
  test('serves its callers in the order they came, also after a failure', async () => {
    const inTurn = createFifoLock();
    const order: number[] = [];
    const first = inTurn(async () => {
      await Promise.resolve();
      order.push(1);
      throw new Error('first fails');
    });
    const second = inTurn(async () => order.push(2));
    const third = inTurn(async () => order.push(3));
    await expect(first).rejects.toThrow('first fails');
    await Promise.all([second, third]);
    expect(order).toEqual([1, 2, 3]);
  });
});

describe('a note', () => {
  /** A driver, and how careful its connection was at each batch: 1 is NORMAL, 2 is FULL. */
  async function prepared() {
    const path = await tableAt();
    const levels: unknown[] = [];
    const driver = createFileDriver(() => {
      const client = bareClient(path);
      return {
        execute: (sql) => client.execute(sql),
        close: () => client.close(),
        async batch(statements, mode) {
          const { rows } = await client.execute('pragma synchronous');
          levels.push(rows[0]?.synchronous);
          return client.batch(statements, mode);
        },
      };
    });
    return { path, levels, driver };
  }

  test('is written without waiting for the disk, and what follows waits again', async () => {
    const { path, levels, driver } = await prepared();
    await driver.batch([insert(1)], 'write');
    await driver.batch([insert(2)], 'note');
    await driver.batch([insert(3)], 'write');
    expect(levels).toEqual([2, 1, 2]);
    expect(await numbersOnDisk(path)).toEqual([1, 2, 3]);
  });

  test('that fails leaves no careless connection behind', async () => {
    const { path, levels, driver } = await prepared();
    await expect(driver.batch([insert(-1)], 'note')).rejects.toThrow(/CHECK|constraint/);
    await driver.batch([insert(1)], 'write');
    expect(levels).toEqual([1, 2]);
    expect(await numbersOnDisk(path)).toEqual([1]);
  });

  test('that meets a lock says busy and leaves no careless connection behind', async () => {
    const { path, levels, driver } = await prepared();
    await whileLocked(path, () =>
      expect(driver.batch([insert(2)], 'note')).rejects.toMatchObject({ code: 'busy' }),
    );
    await driver.batch([insert(3)], 'write');
    expect(levels).toEqual([1, 2]);
    expect(await numbersOnDisk(path)).toEqual([1, 3]);
  });
});

test('a connection that nobody uses is closed, and opened again when it is needed', async () => {
  const path = await tableAt();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const driver = createFileDriver(() => {
    const client = bareClient(path);
    const close = client.close.bind(client);
    client.close = () => {
      close();
      resolve();
    };
    return client;
  }, 20);
  await driver.batch([insert(1)], 'write');
  await closed;
  await driver.batch([insert(2)], 'write');
  await driver.close();
  expect(await numbersOnDisk(path)).toEqual([1, 2]);
});

// The driver for an embedded database file: one connection, one caller at a time.
//
// The bare client loses acknowledged writes: after a write fails with SQLITE_BUSY, later writes on
// that connection report success and are never committed (tursodatabase/libsql-client-ts#352). Here
// every call goes through one first-in-first-out lock, so that our own calls never collide, and a
// BUSY from another process replaces the connection before anything else may use it.

import { limits } from '../model/limits.ts';
import { ConstraintError, type Driver, type Mode, type Row, type Statement } from './driver.ts';
import { translateError } from './translate-error.ts';

/** The part of libSQL's client that is used; the runtime passes a real one. */
export interface LibsqlClient {
  batch(
    statements: { sql: string; args: Statement['args'] }[],
    mode: 'read' | 'write',
  ): Promise<{ rows: ArrayLike<unknown>[] }[]>;
  execute(sql: string): Promise<unknown>;
  close(): void;
}

/** A lock that serves its callers in the order they came. */
export function createFifoLock(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

// Per connection, so they are set on every new one. FULL: what was acknowledged is on the
// disk, even when the power fails.
const pragmas = ['PRAGMA journal_mode = WAL', 'PRAGMA synchronous = FULL'];

async function prepare(client: LibsqlClient): Promise<LibsqlClient> {
  try {
    for (const pragma of pragmas) await client.execute(pragma);
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/**
 * Waiting for the disk holds up everyone in the process, so only changes do it. When this fails,
 * the connection is not to be used again: it may not wait for the disk any more.
 */
async function note(client: LibsqlClient, batch: Statement[]) {
  await client.execute('PRAGMA synchronous = NORMAL');
  const results = await client.batch(batch, 'write');
  await client.execute('PRAGMA synchronous = FULL');
  return results;
}

/**
 * A driver that connects when it is first used, and again after it was closed or its connection was
 * given up, so that whoever holds it may keep it.
 * @param connect opens a client with a single connection
 * @param idleMilliseconds how long a connection that nobody uses is kept, up to twice as long
 */
export function createFileDriver(
  connect: () => LibsqlClient,
  idleMilliseconds: number = limits.databaseIdleMilliseconds,
): Driver {
  const inTurn = createFifoLock();
  const exclusively = createFifoLock();
  let client: LibsqlClient | undefined;
  let isUsed = false;
  let idle: ReturnType<typeof setTimeout> | undefined;
  const disconnect = (): void => {
    clearTimeout(idle);
    client?.close();
    client = undefined;
  };
  const close = async (): Promise<void> => {
    try {
      // The newest changes move from the log into the file, so that the file alone is whole.
      await client?.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      disconnect();
    }
  };
  const look = (): void => {
    if (!isUsed) return void inTurn(close).catch(() => undefined);
    isUsed = false;
    idle = setTimeout(look, idleMilliseconds);
  };
  const connected = async (): Promise<LibsqlClient> => {
    isUsed = true;
    if (client) return client;
    client = await prepare(connect());
    look();
    return client;
  };
  const run = async (statements: readonly Statement[], mode: Mode): Promise<Row[][]> => {
    try {
      const open = await connected();
      const batch = [...statements];
      const results = await (mode === 'note' ? note(open, batch) : open.batch(batch, mode));
      return results.map((result) => result.rows.map((row) => Array.from(row)));
    } catch (error) {
      const ours = translateError(error);
      // A broken rule leaves the connection as it was; of anything else nobody knows.
      if (!(ours instanceof ConstraintError) || mode === 'note') disconnect();
      throw ours;
    }
  };
  return {
    batch: (statements, mode) => inTurn(() => run(statements, mode)),
    exclusively,
    close: () => inTurn(close),
  };
}

// Drizzle over our driver: the query builder builds, the driver runs, and always as a batch.

import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import type { Driver, Mode, Value } from './driver.ts';

export type Query = BatchItem<'sqlite'>;

/** Builds statements; does not run them. */
export type Builder = Pick<
  ReturnType<typeof drizzle<Record<string, never>>>,
  'select' | 'insert' | 'update' | 'delete'
>;

export interface Database {
  build: Builder;
  /**
   * Runs the queries in one transaction and one round trip. Reads alone see one snapshot and take
   * no lock. Changes of what a tenant wants go through `change` in revision.ts, never through here.
   */
  run<T extends Readonly<[Query, ...Query[]]>>(...queries: T): Promise<BatchResponse<T>>;
  /** As `run`, for observations, of which the newest may be lost with the power; see `Mode`. */
  note<T extends Readonly<[Query, ...Query[]]>>(...queries: T): Promise<BatchResponse<T>>;
  /** See `Driver.exclusively`. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const readPattern = /^\s*(select|with)\b/i;

function buildOver(driver: Driver, modeOf: (texts: readonly string[]) => Mode) {
  return drizzle(
    // A query run by itself would fail with its arguments in the error's message.
    () => Promise.reject(new Error('run queries with Database.run')),
    async (queries: { sql: string; params: Value[] }[]) => {
      const statements = queries.map(({ sql, params }) => ({ sql, args: params }));
      const results = await driver.batch(statements, modeOf(queries.map(({ sql }) => sql)));
      return results.map((rows) => ({ rows: rows.map((row) => [...row]) }));
    },
  );
}

export function openDatabase(driver: Driver): Database {
  const orm = buildOver(driver, (texts) =>
    texts.every((text) => readPattern.test(text)) ? 'read' : 'write',
  );
  const notes = buildOver(driver, () => 'note');
  return {
    build: orm,
    run: (...queries) => orm.batch(queries),
    note: (...queries) => notes.batch(queries),
    exclusively: (work) => driver.exclusively(work),
    close: () => driver.close(),
  };
}

// Queries that are built once. To build a small one takes drizzle longer than SQLite needs to run
// it, so what every agent causes at every change is prepared.

import { fillPlaceholders, getTableColumns, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import type { Builder, Query } from './database.ts';

/** What drizzle makes of a query that is complete but for its placeholders. */
interface Ready {
  getQuery(): { sql: string; params: unknown[] };
  mapResult(result: unknown, isFromBatch?: boolean): unknown;
}

const builder = drizzle(() => Promise.reject(new Error('run queries with Database.run')));

/**
 * @param make builds the query, with `sql.placeholder(name)` for what differs each time
 * @returns makes the query with its placeholders filled, for `Database.run`
 */
export function prepared<Q extends Query & { prepare(): Ready }>(
  make: (build: Builder) => Q,
): (values: Record<string, unknown>) => Q {
  const query = make(builder);
  const ready = query.prepare();
  const { params, ...built } = ready.getQuery();
  return (values) => {
    const filled: Ready = {
      getQuery: () => ({ ...built, params: fillPlaceholders(params, values) }),
      mapResult: (result, isFromBatch) => ready.mapResult(result, isFromBatch),
    };
    // What a batch asks of its queries.
    return Object.create(query, { _prepare: { value: () => filled } });
  };
}

/** An insert of one whole row. */
export function preparedInsert<T extends SQLiteTable>(table: T): (row: T['$inferSelect']) => Query {
  const names = Object.keys(getTableColumns(table));
  const values = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]));
  return prepared((build) => build.insert(table).values(values as T['$inferInsert']));
}

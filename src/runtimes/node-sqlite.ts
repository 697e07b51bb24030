// SQLite in this process. libSQL's own client prepares every statement anew and describes every
// value of every row, which takes ten times as long as the query itself, and what it prepared is
// only let go between two turns of the event loop. Here a connection keeps its statements.

import Database from 'libsql';
import type { Statement } from '../db/driver.ts';
import type { LibsqlClient } from '../db/file-driver.ts';
import { limits } from '../model/limits.ts';

type Prepared = ReturnType<Database.Database['prepare']>;

/**
 * Opens one connection.
 * @param busyMilliseconds how long it waits, and the process with it, while another one writes
 */
export function openSqlite(
  path: string,
  busyMilliseconds: number = limits.databaseBusyMilliseconds,
): LibsqlClient {
  const database = new Database(path, { timeout: busyMilliseconds });
  const kept = new Map<string, Prepared>();

  /** The statement, prepared; of those that are kept the one used last is the last. */
  function prepare(sql: string): Prepared {
    const statement = kept.get(sql) ?? database.prepare(sql);
    kept.delete(sql);
    kept.set(sql, statement);
    const [oldest] = kept.keys();
    if (kept.size > limits.statementsKept && oldest !== undefined) kept.delete(oldest);
    return statement;
  }

  function run({ sql, args }: Statement): { rows: unknown[][] } {
    const statement = prepare(sql);
    if (statement.reader) return { rows: statement.raw().all(args) as unknown[][] };
    statement.run(args);
    return { rows: [] };
  }

  return {
    async execute(sql) {
      database.exec(sql);
    },
    async batch(statements, mode) {
      const [only] = statements;
      // A query alone sees one snapshot anyway.
      if (mode === 'read' && only && statements.length === 1) return [run(only)];
      database.exec(mode === 'read' ? 'begin transaction readonly' : 'begin immediate');
      try {
        const results = statements.map(run);
        database.exec('commit');
        return results;
      } finally {
        if (database.inTransaction) database.exec('rollback');
      }
    },
    close() {
      kept.clear();
      database.close();
    },
  };
}

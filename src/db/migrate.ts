// Brings a database to the schema of this version: forward only, a migration whole or not at all.

import { SallyportError } from '../model/errors.ts';
import { ConstraintError, type Driver } from './driver.ts';

export interface Migration {
  tag: string;
  statements: readonly string[];
}

const createLog = `create table if not exists _migrations (
  tag text primary key not null, applied_at integer not null)`;

/** Only reads when the log is there: opening a database that is up to date locks nothing. */
async function appliedTags(driver: Driver): Promise<string[]> {
  const query = { sql: 'select tag from _migrations order by tag', args: [] };
  try {
    const [rows = []] = await driver.batch([query], 'read');
    return rows.map((row) => String(row[0]));
  } catch (error) {
    if (!(error instanceof Error && /no such table/.test(error.message))) throw error;
    await driver.batch([{ sql: createLog, args: [] }], 'write');
    return [];
  }
}

async function applyOne(driver: Driver, migration: Migration, now: number): Promise<void> {
  const log = {
    sql: 'insert into _migrations (tag, applied_at) values (?, ?)',
    args: [migration.tag, now],
  };
  try {
    const statements = migration.statements.map((sql) => ({ sql, args: [] }));
    await driver.batch([log, ...statements], 'write');
  } catch (error) {
    // Another process applied it between our look and our batch.
    if (error instanceof ConstraintError && error.columns === '_migrations.tag') return;
    throw error;
  }
}

/**
 * Applies what is missing.
 * @param now Unix time in milliseconds, for the log
 * @throws SallyportError `internal` when the database is newer than this code or only half migrated
 */
export async function migrate(
  driver: Driver,
  migrations: readonly Migration[],
  now: number,
): Promise<void> {
  const applied = await appliedTags(driver);
  for (const [index, tag] of applied.entries()) {
    if (migrations[index]?.tag === tag) continue;
    throw new SallyportError(
      'internal',
      `The database holds migration ${tag}, which this version does not expect there.`,
      { wayOut: 'Start the version that wrote the database, or restore a backup.' },
    );
  }
  for (const migration of migrations.slice(applied.length)) await applyOne(driver, migration, now);
}

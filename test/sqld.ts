// A real libSQL server (sqld) for one test, on files of its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sqld, startSqldOn } from '../scripts/sqld.ts';

export type { Sqld } from '../scripts/sqld.ts';

/** The address of one of its databases. */
export function databaseUrl({ environment }: Sqld, namespace: string): string {
  return environment.SALLYPORT_DATABASE_URL?.replace('{namespace}', namespace) ?? '';
}

export async function startSqld(): Promise<Sqld> {
  const sqld = await startSqldOn(mkdtempSync(join(tmpdir(), 'sallyport-sqld-')));
  const { stop } = sqld;
  sqld.stop = async () => {
    await stop();
    rmSync(sqld.directory, { recursive: true, force: true });
  };
  return sqld;
}

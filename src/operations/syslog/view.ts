// The syslog server as the API shows it.

import { syslog } from '../../db/schema/tenant-outlets.ts';
import { SallyportError } from '../../model/errors.ts';
import type { Syslog } from '../../model/outlet.ts';
import { headQuery, stateView } from '../outlet-state.ts';
import type { TenantScope } from '../services.ts';

export type SyslogRow = typeof syslog.$inferSelect;

export function syslogView(row: SyslogRow, head: number): Syslog {
  const { host, port, caPem, enabled, revision } = row;
  return { host, port, caPem, enabled, state: stateView(row, head), revision };
}

export async function findSyslog({ db }: TenantScope) {
  const [[row], [ends]] = await db.run(db.build.select().from(syslog), headQuery(db));
  return { row, head: ends?.head ?? 0 };
}

export function noSyslog(): SallyportError {
  return new SallyportError('not_found', 'No syslog server is set.', {
    wayOut: 'Set one (syslog.set).',
  });
}

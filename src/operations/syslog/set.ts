// syslog.set: the tenant's one syslog server. A new one begins with the revision that sets it;
// another in its place goes on where that one was.

import { syslog } from '../../db/schema/tenant-outlets.ts';
import { syslogTargetSchema } from '../../model/outbound.ts';
import type { SetSyslog, Syslog } from '../../model/outlet.ts';
import { parseInput } from '../../model/problems.ts';
import { changesOf } from '../../model/revision.ts';
import { commit } from '../commit.ts';
import { freshState } from '../outlet-state.ts';
import { sendOnAtOnce } from '../outlets.ts';
import { requireWholeTenant } from '../reach.ts';
import { requireMatch } from '../scope.ts';
import type { TenantScope } from '../services.ts';
import { findSyslog, type SyslogRow, syslogView } from './view.ts';

const none = { host: null, port: null, enabled: null, caPem: null };

/** @throws SallyportError `invalid_input` or `precondition_failed` */
export async function setSyslog(scope: TenantScope, input: SetSyslog): Promise<Syslog> {
  requireWholeTenant(scope);
  const { db, services } = scope;
  const { enabled, caPem, ...rest } = input;
  const target = { ...rest, ...(caPem === null ? {} : { caPem }) };
  parseInput(syslogTargetSchema(services.outbound), target, 'The body');
  const result = await commit(scope, 'syslog.set', async (revision) => {
    const { row: before } = await findSyslog(scope);
    if (before) requireMatch(scope, before.revision);
    const cursor = before?.cursor ?? revision - 1;
    const deliveredAt = before?.deliveredAt ?? null;
    const set = { ...input, ...freshState, revision };
    const row: SyslogRow = { id: 1, ...set, cursor, deliveredAt };
    const fields = ['host', 'port', 'enabled'] as const;
    const isSameAuthority = (before?.caPem ?? null) === caPem;
    return {
      subject: scope.tenantId,
      summary: {
        ...changesOf<Record<(typeof fields)[number], unknown>>(before ?? none, row, fields),
        ...(isSameAuthority ? {} : { caPem: caPem === null ? 'removed' : 'changed' }),
      },
      writes: [db.build.insert(syslog).values(row).onConflictDoUpdate({ target: syslog.id, set })],
      touched: [],
      result: syslogView(row, revision),
    };
  });
  await sendOnAtOnce(scope);
  return result;
}

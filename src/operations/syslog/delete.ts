// syslog.delete

import { syslog } from '../../db/schema/tenant-outlets.ts';
import { commit } from '../commit.ts';
import { sendOnAtOnce } from '../outlets.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { findSyslog, noSyslog } from './view.ts';

/** @throws SallyportError `not_found` */
export async function deleteSyslog(scope: TenantScope): Promise<void> {
  requireWholeTenant(scope);
  const { db } = scope;
  await commit(scope, 'syslog.delete', async () => {
    const { row } = await findSyslog(scope);
    if (!row) throw noSyslog();
    const { host, port, cursor } = row;
    return {
      subject: scope.tenantId,
      summary: { host, port, cursor },
      writes: [db.build.delete(syslog)],
      touched: [],
      result: undefined,
    };
  });
  await sendOnAtOnce(scope);
}

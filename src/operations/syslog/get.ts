// syslog.get

import type { Syslog } from '../../model/outlet.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { findSyslog, noSyslog, syslogView } from './view.ts';

/** @throws SallyportError `not_found` */
export async function getSyslog(scope: TenantScope): Promise<Syslog> {
  requireWholeTenant(scope);
  const { row, head } = await findSyslog(scope);
  if (!row) throw noSyslog();
  return syslogView(row, head);
}

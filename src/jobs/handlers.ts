// Every kind of job and who runs it.

import { SallyportError } from '../model/errors.ts';
import type { DirectoryJobKind, StandingJobKind } from '../model/job.ts';
import { resealJobKind } from '../operations/sealing/renew.ts';
import type { Handler, Handlers, TenantHandler } from './deps.ts';
import { anchor } from './handlers/anchor.ts';
import { drop } from './handlers/drop.ts';
import { dropDatabase } from './handlers/drop-database.ts';
import { expire } from './handlers/expire.ts';
import { mail } from './handlers/mail.ts';
import { mirror } from './handlers/mirror.ts';
import { prune } from './handlers/prune.ts';
import { pruneDirectory } from './handlers/prune-directory.ts';
import { quotaNotice } from './handlers/quota-notice.ts';
import { reseal } from './handlers/reseal.ts';
import { syslog } from './handlers/syslog.ts';
import { webhook } from './handlers/webhook.ts';

/** Refuses a job that came into the directory's own queue. */
export function ofTenant(handler: TenantHandler): Handler {
  return (payload, deps) => {
    const { tenantId } = deps;
    if (tenantId !== undefined) return handler(payload, { ...deps, tenantId });
    throw new SallyportError('invalid_input', 'Only tenants have jobs of this kind.');
  };
}

const standing: Readonly<Record<StandingJobKind | DirectoryJobKind, Handler>> = {
  prune,
  pruneDirectory,
  'tenant.mirror': mirror,
  anchor: ofTenant(anchor),
  'device.expire': ofTenant(expire),
};

export const handlers: Handlers = new Map([
  ...Object.entries(standing),
  ['mail', mail],
  ['tenant.drop', drop],
  ['tenant.dropDatabase', dropDatabase],
  [resealJobKind, reseal],
  ['quota.notice', quotaNotice],
  ['webhook', ofTenant(webhook)],
  ['syslog', ofTenant(syslog)],
]);

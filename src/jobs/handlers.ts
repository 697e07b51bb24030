// Every kind of job and who runs it.

import type { DirectoryJobKind, StandingJobKind } from '../model/job.ts';
import type { Handler, Handlers } from './deps.ts';
import { drop } from './handlers/drop.ts';
import { dropDatabase } from './handlers/drop-database.ts';
import { mail } from './handlers/mail.ts';
import { mirror } from './handlers/mirror.ts';
import { prune } from './handlers/prune.ts';
import { pruneDirectory } from './handlers/prune-directory.ts';
import { quotaNotice } from './handlers/quota-notice.ts';

const standing: Readonly<Record<StandingJobKind | DirectoryJobKind, Handler>> = {
  prune,
  pruneDirectory,
  'tenant.mirror': mirror,
};

export const handlers: Handlers = new Map([
  ...Object.entries(standing),
  ['mail', mail],
  ['tenant.drop', drop],
  ['tenant.dropDatabase', dropDatabase],
  ['quota.notice', quotaNotice],
]);

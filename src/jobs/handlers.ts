// Every kind of job and who runs it.

import type { StandingJobKind } from '../model/job.ts';
import type { Handler, Handlers } from './deps.ts';
import { prune } from './handlers/prune.ts';

const standing: Readonly<Record<StandingJobKind, Handler>> = { prune };

export const handlers: Handlers = new Map(Object.entries(standing));

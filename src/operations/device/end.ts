// When a device ends by itself: what may be asked for, and that the job which ends it is told.

import { eq } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { TenantScope } from '../services.ts';
import type { DeviceRow } from './view.ts';

const dayMilliseconds = 24 * 3_600_000;

/**
 * The time as it is stored.
 * @throws SallyportError `invalid_input` for one that is over, or too far
 */
export function readEnd({ services }: TenantScope, text: string): number {
  const at = Date.parse(text);
  const days = limits.deviceLifetimeDaysMost;
  const rule =
    at <= services.now()
      ? 'must be in the future'
      : at > services.now() + days * dayMilliseconds
        ? `must be within ${days} days`
        : undefined;
  if (rule === undefined) return at;
  throw new SallyportError('invalid_input', `The end of a device ${rule}.`, {
    wayOut: 'Choose another time, or none: revoke a device that shall end now.',
    problems: [{ field: 'expiresAt', rule }],
  });
}

/** @throws SallyportError `device_ended` when its time is over */
export function refuseEnded({ services }: TenantScope, { name, expiresAt }: DeviceRow): void {
  if (expiresAt === null || expiresAt > services.now()) return;
  throw new SallyportError('device_ended', `The time of the device "${name}" is over.`, {
    wayOut: 'Whoever may change it can give it a later end, or none, and make a new link.',
  });
}

/** The standing job that ends devices; due now, it looks for the next one that does. */
export const expireJobKind = 'device.expire';

/** For the batch of a change of ends, whose outcome is `hurried`. */
export function lookForEnds({ db, services }: TenantScope): Query {
  const soon = { dueAt: services.now(), status: 'waiting' as const, attempts: 0 };
  return db.build.update(jobs).set(soon).where(eq(jobs.id, expireJobKind));
}

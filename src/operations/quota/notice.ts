// Says that a quota is nearly or wholly used up: to the owners, once for each quota and period.

import type { Database } from '../../db/database.ts';
import { enqueueJob, type NewJob } from '../../db/queue.ts';
import { dayOf, monthOf, type QuotaName, quotaWarningShare } from '../../model/quota.ts';
import type { Services } from '../services.ts';

export const noticeJobKind = 'quota.notice';

/** The highest first: one change that crosses both says the one that matters. */
const shares = [1, quotaWarningShare];

interface Step {
  before: number;
  after: number;
  most: number;
}

/**
 * The notice for usage that went from one value to another, if it is due. Its id is what it is
 * about, so that there is one of it; that it was given already, its job knows.
 */
export function noticesOf({ now }: Services, name: QuotaName, step: Step): NewJob[] {
  const { before, after, most } = step;
  const share = shares.find((one) => before < most * one && after >= most * one);
  if (share === undefined) return [];
  const createdAt = now();
  const period = name === 'linksPerDay' ? dayOf(createdAt) : monthOf(createdAt);
  const percent = share * 100;
  const id = `${noticeJobKind} ${name} ${period} ${percent}`;
  const payload = { name, period, percent, used: after, most };
  return [{ id, kind: noticeJobKind, payload, dueAt: createdAt, createdAt }];
}

export function enqueueNotice(db: Database, job: NewJob) {
  return enqueueJob(db, job).onConflictDoNothing();
}

// The one way in which an account's factors change: its owner is told.

import type { Query } from '../../db/database.ts';
import { enqueueJob } from '../../db/queue.ts';
import { noticeJob } from '../mail.ts';
import type { Services } from '../services.ts';
import type { AccountRow } from './find.ts';

/** Writes a change of an account's factors, and tells the person of it. */
export async function changeFactors(
  services: Services,
  { email }: Pick<AccountRow, 'email'>,
  title: string,
  writes: readonly Query[],
): Promise<void> {
  const { directory } = services;
  const job = await noticeJob(services, email, title, [`${title}. It is in force at once.`]);
  await directory.run(enqueueJob(directory, job), ...writes);
  // What is kept of sessions says which factor they await.
  services.sessionCache.clear();
  services.wake(undefined);
}

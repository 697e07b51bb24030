// Tokens that are good no more: this process must not go on believing what it kept of them.

import { limits } from '../../model/limits.ts';
import type { Services } from '../services.ts';

/** Longer than a check that has already read the database can take to end. */
const remembered = limits.databaseAnswerMilliseconds + limits.sessionCacheMilliseconds;

/** @param rows sessions as they were */
export function forgetTokens(
  { sessionCache, now }: Services,
  rows: readonly { hash: string; previousHash: string | null }[],
): void {
  for (const { hash, previousHash } of rows)
    for (const one of [hash, previousHash])
      if (one !== null) sessionCache.set(one, null, now() + remembered);
}

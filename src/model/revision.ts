// The tenant's log of changes, as the API shows it.

import { z } from 'zod';
import { operations } from './permissions.ts';

export const revisionSchema = z.strictObject({
  number: z.int(),
  at: z.iso.datetime(),
  /** `operator`, `system`, or the id of the user, key, gateway or link that acted. */
  actor: z.string(),
  operation: z.enum(operations),
  subject: z.string(),
  summary: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  hash: z.string(),
  /** Where the request came from; null when there was none. */
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export type Revision = z.infer<typeof revisionSchema>;
export type Summary = Revision['summary'];

/** What a revision's hash is taken over: everything in it, and the hash of the one before. */
export function revisionHashInput(
  previousHash: string,
  { number, at, actor, operation, subject, summary, address, userAgent }: Omit<Revision, 'hash'>,
): string {
  const keys = Object.keys(summary).sort();
  const pairs = keys.map((key) => [key, summary[key]]);
  // Revisions without an origin are hashed as they were before there was one.
  const origin = address === null && userAgent === null ? [] : [address, userAgent];
  return JSON.stringify([previousHash, number, at, actor, operation, subject, pairs, ...origin]);
}

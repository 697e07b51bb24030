// The tenant's log of changes, as the API shows it.

import { z } from 'zod';
import { operations } from './permissions.ts';
import { timeSchema } from './tenant.ts';

export const revisionSchema = z.strictObject({
  number: z.int(),
  at: timeSchema,
  /** `operator`, `system`, or the id of the key, gateway or link that acted. */
  actor: z.string(),
  operation: z.enum(operations),
  subject: z.string(),
  summary: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  hash: z.string(),
});
export type Revision = z.infer<typeof revisionSchema>;
export type Summary = Revision['summary'];

/** What a revision's hash is taken over: everything in it, and the hash of the one before. */
export function revisionHashInput(
  previousHash: string,
  { number, at, actor, operation, subject, summary }: Omit<Revision, 'hash'>,
): string {
  const keys = Object.keys(summary).sort();
  const pairs = keys.map((key) => [key, summary[key]]);
  return JSON.stringify([previousHash, number, at, actor, operation, subject, pairs]);
}

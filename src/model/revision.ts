// The tenant's log of changes, as the API shows it.

import { z } from 'zod';
import { limits } from './limits.ts';
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

function scalar(value: unknown): Summary[string] {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= limits.summaryValueLength
    ? text
    : `${text.slice(0, limits.summaryValueLength - 1)}…`;
}

/**
 * What a change made of these fields, as the log says it: `name.before` and `name.after` of each
 * that differs. A list or an object becomes JSON.
 * @param fields never one that holds a secret: auditors read it
 */
export function changesOf<T extends object>(
  before: T,
  after: T,
  fields: readonly (keyof T & string)[],
): Summary {
  const changed = fields.filter(
    (field) => JSON.stringify(before[field] ?? null) !== JSON.stringify(after[field] ?? null),
  );
  return Object.fromEntries(
    changed.flatMap((field) => [
      [`${field}.before`, scalar(before[field])],
      [`${field}.after`, scalar(after[field])],
    ]),
  );
}

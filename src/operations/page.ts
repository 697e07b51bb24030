// Lists, page by page: a page starts behind the revision that made the last row of the one before.

import { z } from 'zod';
import { limits } from '../model/limits.ts';

export const pageSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.listMost).default(limits.listDefault),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the "next" of the page before')
    .optional(),
});
export type Page = z.infer<typeof pageSchema>;

/** One page; `next` is null on the last one. */
export interface Listing<T> {
  items: T[];
  next: string | null;
}

/** Rows are read one beyond the limit, so that the last page is known without counting. */
export function paged<Row, T>(
  rows: readonly Row[],
  { limit }: Page,
  position: (row: Row) => number | string,
  view: (row: Row) => T,
): Listing<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? String(position(last)) : null;
  return { items: shown.map(view), next };
}

// Lists, page by page: a page starts behind the revision that made the last row of the one before.

import { type Column, type SQL, sql } from 'drizzle-orm';
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

/** The place of a row among others by time: its time and its id. */
export function momentCursorSchema(prefix: string) {
  const pattern = new RegExp(`^\\d{1,15}\\.${prefix}_[0-9a-z]{16}$`);
  return z.string().regex(pattern, 'must be the "next" of the page before').optional();
}

export function momentOf({ createdAt, id }: { createdAt: number; id: string }): string {
  return `${createdAt}.${id}`;
}

/** Rows older than the place, for lists that show the newest first. */
export function olderThan(
  cursor: string | undefined,
  { createdAt, id }: { createdAt: Column; id: Column },
): SQL | undefined {
  if (cursor === undefined) return undefined;
  const [at = '', last = ''] = cursor.split('.');
  return sql`(${createdAt}, ${id}) < (${Number(at)}, ${last})`;
}

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

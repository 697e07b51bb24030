// The lines of a tenant's export: a manifest, a line for each row, and an end.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { timeSchema } from './tenant.ts';

/** Grows when a reader of before could not make sense of the lines any more. */
export const exportVersion = 1;

const headSchema = z.strictObject({ number: z.int(), hash: z.string() });

export const exportLineSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('manifest'),
    version: z.literal(exportVersion),
    tenantId: idSchema('tenant'),
    at: timeSchema,
    /** The newest revision when it began: the one that says so. */
    head: headSchema,
    /** Rows of each table when it began. */
    counts: z.record(z.string(), z.int()),
  }),
  z.strictObject({
    kind: z.literal('row'),
    table: z.string(),
    row: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({
    kind: z.literal('end'),
    /** Lines of kind `row` before this one. */
    rows: z.int(),
    /** As in the manifest, unless something was changed meanwhile. */
    head: headSchema,
  }),
]);
export type ExportLine = z.infer<typeof exportLineSchema>;

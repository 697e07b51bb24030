// audit.export: the log as JSON lines, oldest first, and read as fast as it is taken. The export is
// in the log itself, and its own revision is the last line: without it, the rest is missing.

import { and, asc, gt, lte } from 'drizzle-orm';
import { revisions } from '../../db/schema/tenant.ts';
import { toUtf8 } from '../../model/encoding.ts';
import { limits } from '../../model/limits.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { revisionView } from './view.ts';

async function linesAfter({ db }: TenantScope, cursor: number, last: number) {
  const { number } = revisions;
  const [rows] = await db.run(
    db.build
      .select()
      .from(revisions)
      .where(and(gt(number, cursor), lte(number, last)))
      .orderBy(asc(number))
      .limit(limits.exportRevisionsPerRead),
  );
  const text = rows.map((row) => `${JSON.stringify(revisionView(row))}\n`).join('');
  return { text, cursor: rows.at(-1)?.number ?? last };
}

/**
 * @param since the revision after which it begins
 * @returns bytes; a page of the log at a time is in memory, and none before it is asked for
 */
export async function exportRevisions(
  scope: TenantScope,
  since: number,
): Promise<ReadableStream<Uint8Array>> {
  requireWholeTenant(scope);
  const last = await commit(scope, 'audit.export', async (number) => ({
    subject: scope.tenantId,
    summary: { since },
    writes: [],
    touched: [],
    result: number,
  }));
  let cursor = since;
  return new ReadableStream(
    {
      async pull(controller) {
        const page = cursor < last ? await linesAfter(scope, cursor, last) : undefined;
        if (page?.text) controller.enqueue(toUtf8(page.text));
        cursor = page?.cursor ?? last;
        if (cursor >= last) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

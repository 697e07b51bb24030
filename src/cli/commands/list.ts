// What all lists have in common: one page, its table, and how to get the next.

import type { z } from 'zod';
import { pageOf } from '../client.ts';
import { type Column, table } from '../output.ts';
import { type PageOptions, pageQuery, type Session } from '../session.ts';

interface ListView<Row> {
  /** The last part of the path, which is also their name. */
  things: string;
  item: z.ZodType<Row>;
  columns: readonly Column<Row>[];
  /** What else is asked of it. */
  query?: Readonly<Record<string, string | undefined>>;
}

export async function showList<Row>(
  session: Session,
  options: PageOptions,
  { things, item, columns, query }: ListView<Row>,
): Promise<void> {
  const answer = await session.send({
    method: 'GET',
    path: `${session.tenantPath()}/${things}${pageQuery(options, query)}`,
    answer: pageOf(item),
  });
  const { items, next } = answer.value;
  const where = options.cursor === undefined ? '' : ' after this cursor';
  session.show(answer, () =>
    items.length > 0
      ? table(items, columns, session.shell.columns)
      : `There are no ${things.replace('-', ' ')}${where}.\n`,
  );
  if (next !== null && !session.json)
    session.shell.err(`There are more. Show them with: --cursor ${next}\n`);
}

// Rows of the log as they lie in the database, whatever somebody made of them by hand.

import { type AnyColumn, asc, gte, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { revisions } from '../../db/schema/tenant.ts';
import { fromUtf8 } from '../../model/encoding.ts';
import { SallyportError } from '../../model/errors.ts';
import { type Revision, revisionSchema } from '../../model/revision.ts';

/** A row: its number, and what it says, or undefined when nobody can have written it so. */
export interface RawRevision {
  number: number;
  revision: Revision | undefined;
}

/**
 * As octets, because a driver may end the process over a text that is not UTF-8, and reads one up
 * to its first null character. What is neither a text nor null becomes what no UTF-8 holds.
 */
function octetsOf(column: AnyColumn) {
  return sql<unknown>`case when typeof(${column}) in ('text', 'null')
    then cast(${column} as blob) else x'ff' end`;
}

const { number, at } = revisions;
const columns = {
  // As texts: a number that is none, or too large for one, must not break the reading.
  number: sql<string>`cast(${number} as text)`,
  at: sql<string | null>`case when typeof(${at}) = 'integer' then cast(${at} as text) end`,
  actor: octetsOf(revisions.actor),
  operation: octetsOf(revisions.operation),
  subject: octetsOf(revisions.subject),
  summary: octetsOf(revisions.summary),
  hash: octetsOf(revisions.hash),
  address: octetsOf(revisions.address),
  userAgent: octetsOf(revisions.userAgent),
};

/** @throws when the octets are no text */
function textOf(octets: unknown): string | null {
  if (octets === null) return null;
  const bytes = octets instanceof ArrayBuffer ? new Uint8Array(octets) : octets;
  const text = bytes instanceof Uint8Array ? fromUtf8(bytes) : undefined;
  if (text === undefined) throw new TypeError('a text is UTF-8');
  return text;
}

/** @throws when the text is not the JSON that we write */
function parseSummary(text: string | null): unknown {
  const summary: unknown = JSON.parse(text ?? '');
  if (JSON.stringify(summary) !== text) throw new SyntaxError('it was not written so');
  return summary;
}

type Row = { [Name in keyof typeof columns]: unknown };

function understand(row: Row): Revision | undefined {
  try {
    if (row.at === null) return undefined;
    return revisionSchema.parse({
      number: Number(row.number),
      at: new Date(Number(row.at)).toISOString(),
      actor: textOf(row.actor),
      operation: textOf(row.operation),
      subject: textOf(row.subject),
      summary: parseSummary(textOf(row.summary)),
      hash: textOf(row.hash),
      address: textOf(row.address),
      userAgent: textOf(row.userAgent),
    });
  } catch {
    return undefined;
  }
}

/** What a row's number is, were it ever so large. */
export function numberOf(text: unknown): number {
  const number = Number(text ?? 0);
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(number, Number.MAX_SAFE_INTEGER));
}

async function readRows(db: Database, from: number, most: number): Promise<RawRevision[]> {
  const query = db.build.select(columns).from(revisions).where(gte(revisions.number, from));
  const [rows] = await db.run(query.orderBy(asc(revisions.number)).limit(most));
  return rows.map((row) => ({ number: numberOf(row.number), revision: understand(row) }));
}

/**
 * Reads the next rows from a number on. Where one cannot even be read, it is the last: it stands
 * there with the number that it should have.
 */
export async function readRaw(db: Database, from: number, most: number): Promise<RawRevision[]> {
  try {
    return await readRows(db, from, most);
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'busy') throw error;
    if (most === 1) return [{ number: from, revision: undefined }];
  }
  const rows: RawRevision[] = [];
  for (let next = from; rows.length < most; ) {
    const [row] = await readRaw(db, next, 1);
    if (!row) break;
    rows.push(row);
    if (!row.revision) break;
    next = row.number + 1;
  }
  return rows;
}

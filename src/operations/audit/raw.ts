// Rows of the log as they lie in the database, whatever somebody made of them by hand.

import { asc, gte, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { revisions } from '../../db/schema/tenant.ts';
import { toUtf8 } from '../../model/encoding.ts';
import { SallyportError } from '../../model/errors.ts';
import { type Revision, revisionSchema } from '../../model/revision.ts';

/** A row: its number, and what it says, or undefined when nobody can have written it so. */
export interface RawRevision {
  number: number;
  revision: Revision | undefined;
}

const { actor, operation, subject, summary, hash, address, userAgent } = revisions;
const texts = [actor, operation, subject, summary, hash, address, userAgent];

function octetsOf(column: (typeof texts)[number]) {
  return sql`coalesce(length(cast(${column} as blob)), 0)`;
}

// As text: a number that is none, or too large for one, must not break the reading.
const columns = {
  number: sql<string>`cast(${revisions.number} as text)`,
  at: sql<string>`cast(${revisions.at} as text)`,
  actor: sql<unknown>`${revisions.actor}`,
  operation: sql<unknown>`${revisions.operation}`,
  subject: sql<unknown>`${revisions.subject}`,
  summary: sql<unknown>`${revisions.summary}`,
  hash: sql<unknown>`${revisions.hash}`,
  address: sql<unknown>`${revisions.address}`,
  userAgent: sql<unknown>`${revisions.userAgent}`,
  atType: sql<string>`typeof(${revisions.at})`,
  // Drivers read a text up to its first null character.
  octets: sql<number>`${sql.join(texts.map(octetsOf), sql` + `)}`,
};

/** @throws when the text is not the JSON that we write */
function parseSummary(text: unknown): unknown {
  if (typeof text !== 'string') throw new TypeError('a summary is a text');
  const summary: unknown = JSON.parse(text);
  if (JSON.stringify(summary) !== text) throw new SyntaxError('it was not written so');
  return summary;
}

type Row = { [Name in keyof typeof columns]: unknown };

function isWhole({ at: _at, number: _number, atType, octets, ...rest }: Row): boolean {
  const read = Object.values(rest).map((text) => toUtf8(String(text ?? '')).length);
  return atType === 'integer' && octets === read.reduce((sum, length) => sum + length, 0);
}

function understand(row: Row): Revision | undefined {
  const { number, at, summary, atType: _atType, octets: _octets, ...rest } = row;
  try {
    if (!isWhole(row)) return undefined;
    return revisionSchema.parse({
      ...rest,
      number: Number(number),
      at: new Date(Number(at)).toISOString(),
      summary: parseSummary(summary),
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

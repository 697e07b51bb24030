// Requests that may be sent again: what was answered is kept, sealed, beside what it changed.

import { eq } from 'drizzle-orm';
import type { Database, Query } from '../db/database.ts';
import { idempotencyKeys } from '../db/schema/tenant.ts';
import { SallyportError } from '../model/errors.ts';
import type { Caller } from './services.ts';

type Repeatable = Pick<Caller, 'services' | 'idempotency'>;

/**
 * The earlier answer to the same request, if there is one.
 * @param db a tenant's database or the directory: both have the table
 * @throws SallyportError `idempotency_mismatch`
 */
export async function earlierAnswer<T>(
  { services, idempotency }: Repeatable,
  db: Database,
): Promise<{ result: T } | undefined> {
  if (!idempotency) return undefined;
  const { hash, requestHash } = idempotency;
  const query = db.build.select().from(idempotencyKeys).where(eq(idempotencyKeys.hash, hash));
  const [[row]] = await db.run(query);
  if (!row) return undefined;
  if (row.requestHash !== requestHash)
    throw new SallyportError(
      'idempotency_mismatch',
      'This Idempotency-Key was used for another request.',
      { wayOut: 'Use a fresh key for each request, and the same one only to repeat it.' },
    );
  const answer: { result: T } = JSON.parse(await services.keys.sealer.open(row.answer, hash));
  return answer;
}

/** For the batch of what the request changes. */
export async function rememberAnswer<T>(
  { services, idempotency }: Repeatable,
  db: Database,
  result: T,
): Promise<Query[]> {
  if (!idempotency) return [];
  const { hash, requestHash } = idempotency;
  const answer = await services.keys.sealer.seal(JSON.stringify({ result }), hash);
  const row = { hash, requestHash, answer, createdAt: services.now() };
  return [db.build.insert(idempotencyKeys).values(row)];
}

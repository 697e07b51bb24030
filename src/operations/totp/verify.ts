// One-time codes of an account, taken once each, and no more after several wrong ones in a row.

import { and, eq, lte, sql } from 'drizzle-orm';
import { accounts } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { totpStepOf } from '../../pki/totp.ts';
import type { AccountRow } from '../account/find.ts';
import type { Services } from '../services.ts';

/** What a TOTP secret is sealed for. */
export function totpPurpose(accountId: string): string {
  return `totp ${accountId}`;
}

/** One answer to whatever is wrong, locked out or not: a guess must not learn how near it was. */
export function wrongCode(): SallyportError {
  return new SallyportError('sign_in_failed', 'That code is wrong, or was used already.', {
    wayOut: 'Wait for the next code. After several wrong ones none is taken for a while.',
  });
}

const failures = sql`${accounts.failures} + 1`;

/** Until when no code is taken after one more failure: each time twice as long. */
function lockedUntil(now: number) {
  const { factorFailuresBeforePause: free, factorPauseLeastMilliseconds: least } = limits;
  const over = sql`${failures} - ${free}`;
  const pause = sql`min(${limits.factorPauseMostMilliseconds}, ${least} << min(${over}, 12))`;
  return sql<number>`case when ${over} < 0 then 0 else ${now} + ${pause} end`;
}

/** Counts one more failure; after some, no code is taken for a while. */
export function countFailure(now: number) {
  return { failures: sql<number>`${failures}`, lockedUntil: lockedUntil(now) };
}

/** Whether codes are taken from this account now. */
export function isOpen(accountId: string, now: number) {
  return and(eq(accounts.id, accountId), lte(accounts.lockedUntil, now));
}

/**
 * Takes a code. Whether its step is newer than the last one, what the count of failures becomes and
 * whether codes are taken at all is decided by one statement, so that guesses at once are no more
 * guesses, and of the same code twice at once one is taken.
 * @throws SallyportError `sign_in_failed`
 */
export async function takeTotpCode(
  services: Services,
  { id, totpSecret }: AccountRow,
  code: string,
): Promise<void> {
  const { directory, keys } = services;
  const now = services.now();
  const secret = totpSecret && (await keys.sealer.open(totpSecret, totpPurpose(id)));
  const step = secret ? await totpStepOf(secret, code, now) : 0;
  const isNew = sql`${accounts.totpStep} < ${step}`;
  const failed = countFailure(now);
  const [[row]] = await directory.run(
    directory.build
      .update(accounts)
      .set({
        totpStep: sql`max(${accounts.totpStep}, ${step})`,
        failures: sql`case when ${isNew} then 0 else ${failed.failures} end`,
        lockedUntil: sql`case when ${isNew} then 0 else ${failed.lockedUntil} end`,
      })
      .where(isOpen(id, now))
      .returning({ failures: accounts.failures }),
  );
  if (row?.failures !== 0) throw wrongCode();
}

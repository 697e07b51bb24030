// account.signIn: the mailed code or link, or the operator's link, for a session.

import { and, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import { accounts, challenges } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { SignIn } from '../../model/sign-in.ts';
import { secretHash } from '../../pki/tokens.ts';
import type { Caller, Services } from '../services.ts';
import { createSession, type SignedInWithToken } from '../session/create.ts';
import { codeHash } from './code.ts';
import { accountOf } from './find.ts';

type ChallengeRow = typeof challenges.$inferSelect;

/** One answer to whatever is wrong: a guess must not learn how near it was. */
function refused(): SallyportError {
  return new SallyportError('sign_in_failed', 'That is wrong, was used already, or is too old.', {
    wayOut: 'Look for the newest mail, or ask for another one.',
  });
}

/**
 * The challenge that the code or secret answers. Attempts are counted by the same statement that
 * compares, so that guesses at once are not more guesses.
 */
async function takeChallenge(
  { directory, now }: Services,
  { challengeId, code, secret }: SignIn,
): Promise<ChallengeRow> {
  const matches =
    code === undefined
      ? eq(challenges.secretHash, await secretHash(secret ?? ''))
      : eq(challenges.codeHash, await codeHash(challengeId, code));
  const open = and(
    eq(challenges.id, challengeId),
    inArray(challenges.kind, ['mail', 'break_glass']),
    isNull(challenges.usedAt),
    gt(challenges.expiresAt, now()),
    lt(challenges.attempts, limits.challengeAttempts),
  );
  const set = {
    attempts: sql`${challenges.attempts} + 1`,
    usedAt: sql<number>`case when ${matches} then ${now()} end`,
  };
  const [[row]] = await directory.run(
    directory.build.update(challenges).set(set).where(open).returning(),
  );
  if (!row || row.usedAt === null) throw refused();
  return row;
}

/** @throws SallyportError `sign_in_failed` */
export async function signIn(caller: Caller, input: SignIn): Promise<SignedInWithToken> {
  const { services } = caller;
  const { kind, accountId, email } = await takeChallenge(services, input);
  if (kind === 'break_glass') {
    const { directory } = services;
    const query = directory.build
      .select()
      .from(accounts)
      .where(eq(accounts.id, accountId ?? ''));
    const [[account]] = await directory.run(query);
    if (!account) throw refused();
    const lifetime = limits.breakGlassSessionMilliseconds;
    return createSession(caller, account.id, ['operator'], { lifetime });
  }
  if (email === null) throw refused();
  const account = await accountOf(services, email);
  return createSession(caller, account.id, ['mail']);
}

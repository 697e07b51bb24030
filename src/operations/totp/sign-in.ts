// totp.signIn and totp.recover: the second factor of a session that has the first.

import { and, count, eq, exists, isNull } from 'drizzle-orm';
import { enqueueJob } from '../../db/queue.ts';
import { accounts, recoveryCodes } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import type { Operation } from '../../model/permissions.ts';
import type { AccountRow } from '../account/find.ts';
import { noticeJob } from '../mail.ts';
import { spend } from '../rate-limit.ts';
import type { Caller, Services, SessionPrincipal } from '../services.ts';
import { addMethod, type SignedInWithToken } from '../session/create.ts';
import { ownSession } from '../session/own.ts';
import { recoveryHash } from './recovery.ts';
import { countFailure, isOpen, takeTotpCode, wrongCode } from './verify.ts';

async function ownAccount(
  caller: Caller,
  operation: Operation,
): Promise<{ own: SessionPrincipal; account: AccountRow }> {
  const own = ownSession(caller, operation);
  const { directory } = caller.services;
  await spend(caller.services, 'signIn', own.accountId);
  const query = directory.build.select().from(accounts).where(eq(accounts.id, own.accountId));
  const [[account]] = await directory.run(query);
  if (account?.totpConfirmedAt != null) return { own, account };
  throw new SallyportError('not_found', 'This account has no one-time codes.', {
    wayOut: 'Add them to the account first.',
  });
}

export async function signInByTotp(caller: Caller, code: string): Promise<SignedInWithToken> {
  const { own, account } = await ownAccount(caller, 'totp.signIn');
  await takeTotpCode(caller.services, account, code);
  return addMethod(caller.services, own, 'totp');
}

/** Takes a recovery code. @returns how many are left */
async function takeRecoveryCode(
  services: Services,
  { id }: AccountRow,
  code: string,
): Promise<number> {
  const { directory } = services;
  const { build } = directory;
  const now = services.now();
  const open = exists(build.select({ id: accounts.id }).from(accounts).where(isOpen(id, now)));
  const mine = eq(recoveryCodes.accountId, id);
  const unused = and(mine, isNull(recoveryCodes.usedAt));
  const thisOne = and(unused, eq(recoveryCodes.hash, await recoveryHash(id, code)), open);
  const [taken, [left]] = await directory.run(
    build.update(recoveryCodes).set({ usedAt: now }).where(thisOne).returning(),
    build.select({ n: count() }).from(recoveryCodes).where(unused),
  );
  const isTaken = taken.length > 0;
  const set = isTaken ? { failures: 0, lockedUntil: 0 } : countFailure(now);
  await directory.run(build.update(accounts).set(set).where(isOpen(id, now)));
  if (!isTaken) throw wrongCode();
  return left?.n ?? 0;
}

export async function signInByRecoveryCode(
  caller: Caller,
  code: string,
): Promise<SignedInWithToken> {
  const { services } = caller;
  const { own, account } = await ownAccount(caller, 'totp.recover');
  const left = await takeRecoveryCode(services, account, code);
  const { directory } = services;
  const said = `Somebody signed in with a recovery code of your account. ${left} are left.`;
  const job = await noticeJob(services, account.email, 'A recovery code was used', [said]);
  await directory.run(enqueueJob(directory, job));
  services.wake(undefined);
  return addMethod(services, own, 'recovery');
}

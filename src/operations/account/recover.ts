// account.recover: for who has lost everything. The operator takes the account's factors and
// sessions away and gets a link, once, by which its owner comes in for an hour. Every tenant of the
// account has it in its log, before anything else is done.

import { eq, or } from 'drizzle-orm';
import { enqueueJob } from '../../db/queue.ts';
import {
  accounts,
  challenges,
  passkeys,
  recoveryCodes,
  sessions,
} from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { base32, newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { RecoveredAccount } from '../../model/me.ts';
import { secretHash } from '../../pki/tokens.ts';
import { actorOf } from '../commit.ts';
import { noticeJob } from '../mail.ts';
import { authorize } from '../scope.ts';
import type { Caller, Services } from '../services.ts';
import { forgetTokens } from '../session/forget.ts';
import type { AccountRow } from './find.ts';
import { logInTenant, membershipsOf } from './tenants.ts';

async function accountWith({ directory }: Services, email: string): Promise<AccountRow> {
  const query = directory.build.select().from(accounts).where(eq(accounts.email, email));
  const [[account]] = await directory.run(query);
  if (account) return account;
  throw new SallyportError('not_found', 'There is no account with this address.', {
    wayOut: 'Is it spelled as in the account? A user without an account needs an invitation.',
  });
}

/** Writes of one batch: nothing from before opens the account any more. */
function lockEverythingOut({ directory: { build } }: Services, { id, email }: AccountRow) {
  const none = { totpSecret: null, totpConfirmedAt: null, failures: 0, lockedUntil: 0 };
  const open = or(eq(challenges.accountId, id), eq(challenges.email, email));
  return [
    build.delete(sessions).where(eq(sessions.accountId, id)).returning(),
    build.delete(passkeys).where(eq(passkeys.accountId, id)),
    build.delete(recoveryCodes).where(eq(recoveryCodes.accountId, id)),
    build.delete(challenges).where(open),
    build.update(accounts).set(none).where(eq(accounts.id, id)),
  ] as const;
}

export async function recoverAccount(caller: Caller, email: string): Promise<RecoveredAccount> {
  authorize(caller, 'account.recover');
  const { services, principal } = caller;
  const { directory, random, now, publicUrl } = services;
  const account = await accountWith(services, email);
  const memberships = await membershipsOf(caller, account.id, actorOf(principal));
  for (const membership of memberships) await logInTenant(membership, 'account.recover');
  const id = newId('challenge', random);
  const secret = base32(random(limits.challengeSecretBytes));
  const createdAt = now();
  const expiresAt = createdAt + limits.breakGlassLinkMilliseconds;
  const row = {
    ...{ id, accountId: account.id, createdAt, expiresAt },
    kind: 'break_glass' as const,
    secretHash: await secretHash(secret),
    payload: '{}',
  };
  const said = [
    'The operator has taken passkeys, one-time codes and sessions off your account, and holds a ' +
      'link to sign in with, which you should get from them.',
  ];
  const job = await noticeJob(services, email, 'Your account is being recovered', said);
  const [gone] = await directory.run(
    ...lockEverythingOut(services, account),
    directory.build.insert(challenges).values(row),
    enqueueJob(directory, job),
  );
  forgetTokens(services, gone);
  services.wake(undefined);
  const url = `${publicUrl}/portal/#/sign-in/mail/${id}/${secret}`;
  return { url, expiresAt: new Date(expiresAt).toISOString() };
}

// account.update

import { eq } from 'drizzle-orm';
import { accounts } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import type { Account, UpdateAccount } from '../../model/me.ts';
import { readAccount } from '../me/get.ts';
import type { Caller } from '../services.ts';
import { ownSession } from '../session/own.ts';

export async function updateAccount(caller: Caller, { name }: UpdateAccount): Promise<Account> {
  const { accountId } = ownSession(caller, 'account.update');
  const { directory } = caller.services;
  const mine = eq(accounts.id, accountId);
  await directory.run(directory.build.update(accounts).set({ name }).where(mine));
  const account = await readAccount(caller.services, accountId);
  if (!account) throw new SallyportError('unauthenticated', 'This account is gone.');
  return account;
}

// passkey.list, passkey.update, passkey.delete

import { and, asc, eq } from 'drizzle-orm';
import { passkeys } from '../../db/schema/directory.ts';
import { notFound } from '../../model/errors.ts';
import type { Passkey } from '../../model/passkey.ts';
import { changeFactors } from '../account/change-factors.ts';
import { factorsToChange } from '../account/factors.ts';
import type { Caller } from '../services.ts';
import { ownSession } from '../session/own.ts';
import { passkeyView } from './view.ts';

/** There are at most `limits.passkeysPerAccount`. */
export async function listPasskeys(caller: Caller): Promise<{ items: Passkey[]; next: null }> {
  const { accountId } = ownSession(caller, 'passkey.list');
  const { directory } = caller.services;
  const query = directory.build.select().from(passkeys).where(eq(passkeys.accountId, accountId));
  const [rows] = await directory.run(query.orderBy(asc(passkeys.createdAt), asc(passkeys.id)));
  return { items: rows.map(passkeyView), next: null };
}

function ownPasskey(accountId: string, passkeyId: string) {
  return and(eq(passkeys.id, passkeyId), eq(passkeys.accountId, accountId));
}

export async function updatePasskey(
  caller: Caller,
  passkeyId: string,
  name: string,
): Promise<Passkey> {
  const { accountId } = ownSession(caller, 'passkey.update');
  const { directory } = caller.services;
  const mine = ownPasskey(accountId, passkeyId);
  const query = directory.build.update(passkeys).set({ name }).where(mine).returning();
  const [[row]] = await directory.run(query);
  if (!row) throw notFound('passkey', passkeyId);
  return passkeyView(row);
}

export async function deletePasskey(caller: Caller, passkeyId: string): Promise<void> {
  const { account } = await factorsToChange(caller, 'passkey.delete');
  const { services } = caller;
  const { build, run } = services.directory;
  const mine = ownPasskey(account.id, passkeyId);
  const [[row]] = await run(build.select().from(passkeys).where(mine));
  if (!row) throw notFound('passkey', passkeyId);
  await changeFactors(
    services,
    account,
    `The passkey “${row.name}” was removed from your account`,
    [build.delete(passkeys).where(mine)],
  );
}

// The account of whoever has shown that they read an address's mail.

import { eq } from 'drizzle-orm';
import { accounts } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { Services } from '../services.ts';

export type AccountRow = typeof accounts.$inferSelect;

/** The account of the address; it is made if there is none yet. */
export async function accountOf(
  { directory, random, now }: Services,
  email: string,
  name: string = email.slice(0, email.indexOf('@')).slice(0, limits.nameLength),
): Promise<AccountRow> {
  const row = { id: newId('account', random), email, name, createdAt: now() };
  const [, [account]] = await directory.run(
    directory.build.insert(accounts).values(row).onConflictDoNothing(),
    directory.build.select().from(accounts).where(eq(accounts.email, email)),
  );
  if (!account) throw new SallyportError('internal', 'An account is gone as soon as it was made.');
  return account;
}

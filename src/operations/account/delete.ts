// account.delete: the login goes; the users that it was stay in their tenants, without one.

import { eq } from 'drizzle-orm';
import { enqueueJob } from '../../db/queue.ts';
import { accounts, challenges, sessions } from '../../db/schema/directory.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { noticeJob } from '../mail.ts';
import type { Caller } from '../services.ts';
import { forgetTokens } from '../session/forget.ts';
import { refuseLastOwner } from '../user/read.ts';
import { factorsToChange } from './factors.ts';
import { logInTenant, membershipsOf } from './tenants.ts';

/** @throws SallyportError `last_owner`, and as `factorsToChange` does */
export async function deleteAccount(caller: Caller): Promise<void> {
  const { account } = await factorsToChange(caller, 'account.delete');
  const { services } = caller;
  const { directory } = services;
  const { build } = directory;
  const memberships = await membershipsOf(caller, account.id);
  for (const membership of memberships) await refuseLastOwner(membership.scope, membership.user);
  for (const membership of memberships) {
    const { db } = membership.scope;
    const mine = eq(users.accountId, account.id);
    await logInTenant(membership, 'account.delete', (revision) => [
      db.build.update(users).set({ accountId: null, revision }).where(mine),
    ]);
  }
  const said = ['Your account was deleted. Devices that you have stay with your tenants.'];
  const job = await noticeJob(services, account.email, 'Your account was deleted', said);
  const [gone] = await directory.run(
    build.delete(sessions).where(eq(sessions.accountId, account.id)).returning(),
    build.delete(challenges).where(eq(challenges.email, account.email)),
    build.delete(accounts).where(eq(accounts.id, account.id)),
    enqueueJob(directory, job),
  );
  forgetTokens(services, gone);
  services.wake(undefined);
}

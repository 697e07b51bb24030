// user.suspend: off every gateway, out of the tenant, and no link opens any more. The devices keep
// their credentials and their places, so that user.resume brings all of it back but the links.

import { eq } from 'drizzle-orm';
import { users } from '../../db/schema/tenant-people.ts';
import type { User } from '../../model/user.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { mayChange } from './grant.ts';
import { closeLinks } from './links.ts';
import { holdPeers } from './peers.ts';
import { readUser, refuseLastOwner } from './read.ts';
import { userView } from './view.ts';

/** Twice is the same as once. */
export async function suspendUser(scope: TenantScope, id: string): Promise<User> {
  const { db, services } = scope;
  const known = await readUser(scope, id);
  mayChange(scope, known.role);
  if (known.status === 'suspended') return userView(known);
  const result = await commit(scope, 'user.suspend', async (number) => {
    const row = await readUser(scope, id);
    mayChange(scope, row.role);
    await refuseLastOwner(scope, row);
    const { writes, touched } = await holdPeers(scope, number, id);
    const set = { status: 'suspended' as const, revision: number };
    return {
      subject: id,
      summary: { name: row.name, gateways: touched.length },
      writes: [
        db.build.update(users).set(set).where(eq(users.id, id)),
        ...writes,
        closeLinks(scope, id),
      ],
      touched,
      result: userView({ ...row, ...set }),
    };
  });
  services.memberCache.clear();
  return result;
}

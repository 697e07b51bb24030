// user.delete: as if every device were revoked, and nothing personal of the user is left but what
// the log says. The row stays without a name, because the devices' rows refer to it: gateways must
// still be told that those are gone, and traffic stays readable. However many devices there are,
// the change takes as many statements.

import { and, count, eq, inArray, isNull, ne } from 'drizzle-orm';
import { memberships } from '../../db/schema/directory.ts';
import { credentials, devices } from '../../db/schema/tenant.ts';
import { groupMembers, users } from '../../db/schema/tenant-people.ts';
import { certificates } from '../../db/schema/tenant-pki.ts';
import { revokeCertificates, withoutCertificate } from '../certificate.ts';
import { commit, type Outcome } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { mayChange } from './grant.ts';
import { closeLinks } from './links.ts';
import { devicesOf, dropPeers } from './peers.ts';
import { readUser, refuseLastOwner } from './read.ts';
import type { UserRow } from './view.ts';

/** Devices that count; see `deviceUsage`. */
async function countDevices({ db }: TenantScope, userId: string): Promise<number> {
  const counted = and(eq(devices.userId, userId), ne(devices.status, 'revoked'));
  const query = db.build.select({ devices: count() }).from(devices).where(counted);
  const [[row]] = await db.run(query);
  return row?.devices ?? 0;
}

/** What is left of the row. */
function erased(now: number, revision: number): Partial<UserRow> {
  return {
    name: '',
    nameKey: '',
    email: null,
    accountId: null,
    invitationHash: null,
    invitationExpiresAt: null,
    deletedAt: now,
    revision,
  };
}

async function decide(
  scope: TenantScope,
  number: number,
  row: UserRow,
): Promise<Outcome<string | null>> {
  const { db, services } = scope;
  const { id, name, accountId } = row;
  const { writes, touched } = await dropPeers(scope, number, id);
  const used = await countDevices(scope, id);
  const mine = devicesOf(scope, id);
  const living = and(inArray(credentials.deviceId, mine), isNull(credentials.retiredRevision));
  const gone = { ...withoutCertificate, publicKey: null };
  const revoked = { ...gone, status: 'revoked' as const, revision: number };
  const unrevoked = and(eq(devices.userId, id), ne(devices.status, 'revoked'));
  return {
    subject: id,
    summary: { name, devices: used },
    writes: [
      ...writes,
      closeLinks(scope, id),
      db.build.update(credentials).set({ retiredRevision: number }).where(living),
      revokeCertificates(scope, number, inArray(certificates.deviceId, mine)),
      db.build.update(devices).set(revoked).where(unrevoked),
      db.build.delete(groupMembers).where(eq(groupMembers.userId, id)),
      db.build.update(users).set(erased(services.now(), number)).where(eq(users.id, id)),
    ],
    touched,
    usage: [
      { name: 'users', add: -1 },
      { name: 'devices', add: -used },
      { name: 'devicesPerUser', key: id, add: -used },
    ],
    result: accountId,
  };
}

/** Whoever signs in looks at both databases, so it does no harm when this does not happen. */
async function leaveDirectory(
  { services: { directory }, tenantId }: TenantScope,
  accountId: string,
  userId: string,
): Promise<void> {
  const mine = and(
    eq(memberships.accountId, accountId),
    eq(memberships.tenantId, tenantId),
    eq(memberships.userId, userId),
  );
  await directory.run(directory.build.delete(memberships).where(mine)).catch(() => undefined);
}

export async function deleteUser(scope: TenantScope, id: string): Promise<void> {
  const accountId = await commit(scope, 'user.delete', async (number) => {
    const row = await readUser(scope, id);
    mayChange(scope, row.role);
    await refuseLastOwner(scope, row);
    return decide(scope, number, row);
  });
  scope.services.memberCache.clear();
  if (accountId !== null) await leaveDirectory(scope, accountId, id);
}

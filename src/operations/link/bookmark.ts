// What a bookmark leads to: a user's own page of devices. It is an address and no credential. A new
// profile goes to whoever has signed in as that user, or by mail to that user.

import { and, asc, eq, isNull, ne } from 'drizzle-orm';
import { devices, links, tenant } from '../../db/schema/tenant.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { CreatedLink } from '../../model/link.ts';
import type { Platform } from '../../model/platform.ts';
import { readLink, secretHash } from '../../pki/tokens.ts';
import { platformOf } from '../device/view.ts';
import { refuseByStanding, signedInUser } from '../scope.ts';
import { type Caller, type TenantScope, wholeTenant } from '../services.ts';
import { readActiveUser } from '../user/read.ts';
import { createLink } from './create.ts';
import { refuseClosed, unknownLink } from './open.ts';
import type { LinkRow } from './view.ts';

interface BookmarkDevice {
  id: string;
  name: string;
  platform: Platform;
  /** Whether it has a profile already, which a new one puts out of use. */
  isActive: boolean;
}

export interface Bookmark {
  /** Reaches what is the user's. */
  scope: TenantScope;
  link: LinkRow;
  tenantName: string;
  userName: string;
  /** Whether the visitor has signed in as that user. */
  isUser: boolean;
  /** Whether somebody else is signed in. */
  isOther: boolean;
  /** Whether a stranger may have new profiles mailed to the user. */
  mails: boolean;
  devices: BookmarkDevice[];
}

async function devicesOf({ db }: TenantScope, userId: string): Promise<BookmarkDevice[]> {
  const mine = and(eq(devices.userId, userId), ne(devices.status, 'revoked'));
  const query = db.build.select().from(devices).where(mine);
  const [rows] = await db.run(query.orderBy(asc(devices.createdRevision)).limit(limits.listMost));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    platform: platformOf(row),
    isActive: row.status === 'active',
  }));
}

async function find(caller: Caller, token: string) {
  const { services } = caller;
  const claims = await readLink(services.keys.link, token);
  const db = claims && (await services.tenants.open(claims.t));
  if (!claims || !db) throw unknownLink();
  const wanted = and(eq(links.id, claims.l), isNull(users.deletedAt));
  const [[found], [self]] = await db.run(
    db.build
      .select({ link: links, userId: users.id })
      .from(links)
      .innerJoin(users, eq(users.id, links.userId))
      .where(wanted),
    db.build
      .select({ name: tenant.name, policy: tenant.policy, status: tenant.status })
      .from(tenant),
  );
  if (!found || !self || found.link.hash !== (await secretHash(claims.s))) throw unknownLink();
  refuseClosed(found.link, services.now());
  refuseByStanding(self, 'link.redeem');
  const { link, userId } = found;
  const reach = { ...wholeTenant, userId };
  const scope: TenantScope = { ...caller, tenantId: claims.t, db, actor: link.id, reach };
  return { scope, link, userId, self };
}

/**
 * @throws SallyportError `not_found` for a forged or unknown link, `link_expired`, `link_revoked`,
 * `user_suspended`, `tenant_*`, and what the tenant's policy asks of those who have signed in
 */
export async function openBookmark(caller: Caller, token: string): Promise<Bookmark> {
  const { scope, link, userId, self } = await find(caller, token);
  const user = await readActiveUser(scope, userId);
  const visitor = await signedInUser(caller, scope);
  const isUser = visitor === userId;
  const isOpen = isUser || self.policy.linkRedemption === 'link';
  return {
    scope,
    link,
    tenantName: self.name,
    userName: user.name,
    isUser,
    isOther: !isUser && caller.principal.kind === 'session',
    mails: !isUser && isOpen && user.email !== null,
    devices: isOpen ? await devicesOf(scope, userId) : [],
  };
}

/**
 * A new link to the profile of a device: to be opened at once by its user, or mailed to them.
 * @throws SallyportError as `openBookmark` and `createLink` do, and `sign_in_required`
 */
export async function renewProfile(
  caller: Caller,
  token: string,
  deviceId: string,
): Promise<{ bookmark: Bookmark; created: CreatedLink }> {
  const bookmark = await openBookmark(caller, token);
  const { scope, isUser, mails } = bookmark;
  if (!isUser && !mails)
    throw new SallyportError('sign_in_required', 'This page wants you to sign in first.', {
      wayOut: 'Go back, sign in, and try again.',
    });
  if (!bookmark.devices.some(({ id }) => id === deviceId)) throw notFound('device', deviceId);
  const how = isUser ? { expiresInSeconds: limits.linkInPlaceSeconds } : {};
  const input = { kind: 'once' as const, deviceId, send: !isUser, ...how };
  return { bookmark, created: await createLink(scope, input) };
}

// What a link leads to, for the one who holds it. Looking consumes nothing.

import { and, eq, isNull } from 'drizzle-orm';
import { devices, links, tenant } from '../../db/schema/tenant.ts';
import { SallyportError } from '../../model/errors.ts';
import type { Platform } from '../../model/platform.ts';
import type { ProfileKind } from '../../model/profile.ts';
import { readLink, secretHash } from '../../pki/tokens.ts';
import { qrSvg } from '../../render/client/qr.ts';
import { gatewaysForIssue } from '../credential.ts';
import { platformOf } from '../device/view.ts';
import { refuseByStanding, signedInUser } from '../scope.ts';
import { type Caller, type TenantScope, wholeTenant } from '../services.ts';
import { readOffers } from './offers.ts';
import { type LinkRow, linkStatus } from './view.ts';

const askAgain = 'Ask whoever sent you the link for a new one.';

export function unknownLink(): SallyportError {
  return new SallyportError('not_found', 'This link is not valid.', {
    wayOut: `Check that the address was copied whole. ${askAgain}`,
  });
}

const refusals = {
  used: () =>
    new SallyportError('link_used', 'This link was used already; each link works once.', {
      wayOut: `If that was not you, tell your administrator at once. ${askAgain}`,
    }),
  expired: () => new SallyportError('link_expired', 'This link has expired.', { wayOut: askAgain }),
  revoked: () => new SallyportError('link_revoked', 'This link was revoked.', { wayOut: askAgain }),
};

/** @throws SallyportError `link_used`, `link_expired` or `link_revoked` */
export function refuseClosed(row: LinkRow, now: number): void {
  const status = linkStatus(row, now);
  if (status !== 'open') throw refusals[status]();
}

export interface OpenedLink {
  scope: TenantScope;
  link: LinkRow & { deviceId: string };
  deviceName: string;
  platform: Platform;
  tenantName: string;
  /** Where a web clip leads, where the tenant wants one. */
  portalUrl: string | null;
}

/** Where the tenant wants it so, a link is good in the hands of its own user alone. */
async function refuseOthers(scope: TenantScope, userId: string): Promise<void> {
  const found = await signedInUser(scope, scope);
  if (found === userId) return;
  const { publicUrl } = scope.services;
  if (found === undefined)
    throw new SallyportError('sign_in_required', 'This link wants you to sign in first.', {
      wayOut: `Sign in at ${publicUrl}/portal/ in this browser, and open the link again.`,
    });
  throw new SallyportError('forbidden', 'This link is for another user.', {
    wayOut: `Sign in at ${publicUrl}/portal/ as that user, and open the link again.`,
  });
}

/**
 * @throws SallyportError `not_found` for a forged or unknown link, `tenant_*`, `sign_in_required`,
 * `second_factor_required` or `forbidden` where the tenant wants its users to have signed in, and
 * see `refuseClosed`
 */
export async function openLink(caller: Caller, token: string): Promise<OpenedLink> {
  const { services } = caller;
  const claims = await readLink(services.keys.link, token);
  const db = claims && (await services.tenants.open(claims.t));
  if (!claims || !db) throw unknownLink();
  const [[found], [self]] = await db.run(
    db.build
      .select({
        link: links,
        deviceId: devices.id,
        deviceName: devices.name,
        platform: devices.platform,
        userId: devices.userId,
      })
      .from(links)
      .innerJoin(devices, eq(devices.id, links.deviceId))
      .where(eq(links.id, claims.l)),
    db.build
      .select({ name: tenant.name, policy: tenant.policy, status: tenant.status })
      .from(tenant),
  );
  if (!found || !self || found.link.hash !== (await secretHash(claims.s))) throw unknownLink();
  refuseClosed(found.link, services.now());
  refuseByStanding(self, 'link.redeem');
  const actor = found.link.id;
  const scope = { ...caller, tenantId: claims.t, db, actor, reach: wholeTenant };
  if (self.policy.linkRedemption === 'session') await refuseOthers(scope, found.userId);
  const { deviceId, deviceName } = found;
  const link = { ...found.link, deviceId };
  const wantsClip = self.policy.portalWebClip === 'on';
  return {
    ...{ scope, link, deviceName, platform: platformOf(found), tenantName: self.name },
    // Not a link of its own: whoever has the phone signs in there first.
    portalUrl: wantsClip ? `${services.publicUrl}/portal/#/t/${claims.t}` : null,
  };
}

/** Notes that the link's page was looked at. An observation: nothing of the link changes. */
export async function noteOpened(
  { db, services }: TenantScope,
  { id, openedAt }: LinkRow,
): Promise<void> {
  if (openedAt !== null) return;
  const first = and(eq(links.id, id), isNull(links.openedAt));
  const note = db.build.update(links).set({ openedAt: services.now() }).where(first);
  await db.run(note).catch(() => undefined);
}

export interface VisitedLink extends OpenedLink {
  /** What it can give out. */
  offers: ProfileKind[];
  /** The link itself, for the camera of the device that it is for. */
  qrSvg: string;
}

/** For whoever looks at the link's page. @throws SallyportError as `openLink` does */
export async function visitLink(caller: Caller, token: string): Promise<VisitedLink> {
  const opened = await openLink(caller, token);
  const { scope, link } = opened;
  const { gatewayIds } = await gatewaysForIssue(scope, link.deviceId);
  const url = `${scope.services.publicUrl}/l/${token}`;
  const offers = await readOffers(scope, gatewayIds);
  return { ...opened, offers, qrSvg: qrSvg(url, 'QR code of this page') };
}

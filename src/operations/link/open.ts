// What a link leads to, for the one who holds it. Looking consumes nothing.

import { eq } from 'drizzle-orm';
import { devices, links, tenant } from '../../db/schema/tenant.ts';
import { SallyportError } from '../../model/errors.ts';
import { readLink, secretHash } from '../../pki/tokens.ts';
import { type Caller, type TenantScope, wholeTenant } from '../services.ts';
import { type LinkRow, linkStatus } from './view.ts';

const askAgain = 'Ask whoever sent you the link for a new one.';

function unknownLink(): SallyportError {
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
  link: LinkRow;
  deviceName: string;
  tenantName: string;
}

/** @throws SallyportError `not_found` for a forged or unknown link, and see `refuseClosed` */
export async function openLink(caller: Caller, token: string): Promise<OpenedLink> {
  const { services } = caller;
  const claims = await readLink(services.keys.link, token);
  const db = claims && (await services.tenants.open(claims.t));
  if (!claims || !db) throw unknownLink();
  const [[found], [self]] = await db.run(
    db.build
      .select({ link: links, deviceName: devices.name })
      .from(links)
      .innerJoin(devices, eq(devices.id, links.deviceId))
      .where(eq(links.id, claims.l)),
    db.build.select({ name: tenant.name }).from(tenant),
  );
  if (!found || !self || found.link.hash !== (await secretHash(claims.s))) throw unknownLink();
  refuseClosed(found.link, services.now());
  const actor = found.link.id;
  const scope = { ...caller, tenantId: claims.t, db, actor, reach: wholeTenant };
  return { scope, ...found, tenantName: self.name };
}

// Reads of links that several operations share.

import { and, eq, exists, inArray, or, type SQL } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { devices, links } from '../../db/schema/tenant.ts';
import { mails } from '../../db/schema/tenant-outlets.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { notFound } from '../../model/errors.ts';
import type { Link } from '../../model/link.ts';
import { devicesWithin, usersWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { type LinkRow, linkView, type MailRow } from './view.ts';

/** Links of devices within reach, and bookmarks of users: those open every device of theirs. */
export function linksWithin(scope: TenantScope): SQL | undefined {
  const { db, reach } = scope;
  const device = and(eq(devices.id, links.deviceId), devicesWithin(scope));
  const ofDevices = exists(db.build.select({ id: devices.id }).from(devices).where(device));
  if (reach.gatewayIds !== null) return ofDevices;
  const user = and(eq(users.id, links.userId), usersWithin(scope));
  return or(ofDevices, exists(db.build.select({ id: users.id }).from(users).where(user)));
}

/** @throws SallyportError `not_found` */
export async function readLinkRow(scope: TenantScope, id: string): Promise<LinkRow> {
  const { db } = scope;
  const wanted = and(eq(links.id, id), linksWithin(scope));
  const [[row]] = await db.run(db.build.select().from(links).where(wanted));
  if (!row) throw notFound('link', id);
  return row;
}

/** The mails that brought these links: each has one at most. */
async function mailsOf(db: Database, ids: string[]): Promise<Map<string, MailRow>> {
  const [rows] = await db.run(db.build.select().from(mails).where(inArray(mails.about, ids)));
  return new Map(rows.map((row) => [row.about, row]));
}

/** Links as the API shows them. */
export async function viewLinks({ db, services }: TenantScope, rows: LinkRow[]): Promise<Link[]> {
  const mailed = await mailsOf(
    db,
    rows.map(({ id }) => id),
  );
  const now = services.now();
  return rows.map((row) => linkView(row, mailed.get(row.id), now));
}

export async function viewLink(scope: TenantScope, row: LinkRow): Promise<Link> {
  const [view] = await viewLinks(scope, [row]);
  if (!view) throw notFound('link', row.id);
  return view;
}

// link.revoke: twice is the same as once; a used link stays used.

import { and, eq } from 'drizzle-orm';
import { devices, links } from '../../db/schema/tenant.ts';
import type { Link } from '../../model/device.ts';
import { notFound } from '../../model/errors.ts';
import { commit } from '../commit.ts';
import { devicesWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { type LinkRow, linkStatus, linkView } from './view.ts';

async function readLinkRow(scope: TenantScope, id: string): Promise<LinkRow> {
  const { db } = scope;
  const [[found]] = await db.run(
    db.build
      .select({ link: links })
      .from(links)
      .innerJoin(devices, eq(devices.id, links.deviceId))
      .where(and(eq(links.id, id), devicesWithin(scope))),
  );
  if (!found) throw notFound('link', id);
  return found.link;
}

export async function revokeLink(scope: TenantScope, id: string): Promise<Link> {
  const { db, services } = scope;
  const now = services.now();
  const known = await readLinkRow(scope, id);
  if (linkStatus(known, now) !== 'open') return linkView(known, now);
  return commit(scope, 'link.revoke', async () => {
    const row = await readLinkRow(scope, id);
    return {
      subject: id,
      summary: { deviceId: row.deviceId },
      writes: [db.build.update(links).set({ revokedAt: now }).where(eq(links.id, id))],
      touched: [],
      result: linkView({ ...row, revokedAt: now }, now),
    };
  });
}

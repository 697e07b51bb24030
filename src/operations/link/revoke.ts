// link.revoke: twice is the same as once; a used link stays used.

import { eq } from 'drizzle-orm';
import { links } from '../../db/schema/tenant.ts';
import type { Link } from '../../model/device.ts';
import { notFound } from '../../model/errors.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { type LinkRow, linkStatus, linkView } from './view.ts';

async function readLinkRow({ db }: TenantScope, id: string): Promise<LinkRow> {
  const [[row]] = await db.run(db.build.select().from(links).where(eq(links.id, id)));
  if (!row) throw notFound('link', id);
  return row;
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

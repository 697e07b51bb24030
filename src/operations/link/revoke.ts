// link.revoke: twice is the same as once; a used link stays used.

import { eq } from 'drizzle-orm';
import { links } from '../../db/schema/tenant.ts';
import type { Link } from '../../model/link.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { readLinkRow, viewLink } from './read.ts';
import { linkStatus, subjectOf } from './view.ts';

export async function revokeLink(scope: TenantScope, id: string): Promise<Link> {
  const { db, services } = scope;
  const now = services.now();
  const known = await readLinkRow(scope, id);
  if (linkStatus(known, now) !== 'open') return viewLink(scope, known);
  return commit(scope, 'link.revoke', async () => {
    const row = await readLinkRow(scope, id);
    return {
      subject: id,
      summary: subjectOf(row),
      writes: [db.build.update(links).set({ revokedAt: now }).where(eq(links.id, id))],
      touched: [],
      result: await viewLink(scope, { ...row, revokedAt: now }),
    };
  });
}

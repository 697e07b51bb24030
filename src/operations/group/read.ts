// The read of a group that several operations share.

import { and, eq } from 'drizzle-orm';
import { groups } from '../../db/schema/tenant-people.ts';
import { notFound } from '../../model/errors.ts';
import { groupsWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import type { GroupRow } from './view.ts';

/** @throws SallyportError `not_found` */
export async function readGroup(scope: TenantScope, id: string): Promise<GroupRow> {
  const { db } = scope;
  const wanted = and(eq(groups.id, id), groupsWithin(scope));
  const [[row]] = await db.run(db.build.select().from(groups).where(wanted));
  if (!row) throw notFound('group', id);
  return row;
}

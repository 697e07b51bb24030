// A user joins groups.

import { eq, inArray } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { groupMembers, groups } from '../../db/schema/tenant-people.ts';
import { notFound } from '../../model/errors.ts';
import type { TenantScope } from '../services.ts';

/** What an administrator says stays, whatever an identity provider said before. */
export function join({ db }: TenantScope, number: number, groupId: string, userId: string) {
  const source = 'manual' as const;
  return [
    db.build
      .insert(groupMembers)
      .values({ groupId, userId, source })
      .onConflictDoUpdate({
        target: [groupMembers.groupId, groupMembers.userId],
        set: { source },
      }),
    db.build.update(groups).set({ revision: number }).where(eq(groups.id, groupId)),
  ];
}

/** @throws SallyportError `not_found` when there is no such group */
export async function joinGroups(
  scope: TenantScope,
  number: number,
  userId: string,
  groupIds: readonly string[],
): Promise<Query[]> {
  const wanted = [...new Set(groupIds)];
  if (wanted.length === 0) return [];
  const { db } = scope;
  const query = db.build.select({ id: groups.id }).from(groups);
  const [rows] = await db.run(query.where(inArray(groups.id, wanted)));
  const missing = wanted.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) throw notFound('group', missing);
  return wanted.flatMap((groupId) => join(scope, number, groupId, userId));
}

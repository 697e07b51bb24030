// user.list. A page costs the same wherever it is: each order has an index, also within a role and
// within a status. With `q` or a group it costs what matches.

import { and, asc, eq, gt, gte, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { union } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { groupMembers, users } from '../../db/schema/tenant-people.ts';
import { fromBase64Url, fromUtf8, toBase64Url, toUtf8 } from '../../model/encoding.ts';
import { idSchema } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { roles } from '../../model/permissions.ts';
import { sortKey, type User, userStatuses } from '../../model/user.ts';
import { type Listing, paged, pageSchema } from '../page.ts';
import { usersWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { type UserRow, userView } from './view.ts';

export const userPageSchema = z.strictObject({
  ...pageSchema.shape,
  cursor: z
    .string()
    .max(limits.cursorLength)
    .regex(/^\d{1,15}(\.[\w-]*)?$/, 'must be the "next" of the page before')
    .optional(),
  /** How the name or the e-mail address begins. */
  q: z.string().trim().min(1).max(limits.nameLength).optional(),
  role: z.enum(roles).optional(),
  status: z.enum(userStatuses).optional(),
  groupId: idSchema('group').optional(),
  sort: z.enum(['created', 'name']).default('created'),
});
export type UserPage = z.infer<typeof userPageSchema>;

function begins(column: typeof users.nameKey | typeof users.email, text: string) {
  return and(gte(column, text), lt(column, `${text}\u{10ffff}`));
}

/** Ids of those whose name or address begins so: one look into each index. */
function found({ db }: TenantScope, q: string): SQL {
  const byName = db.build.select({ id: users.id }).from(users);
  const byEmail = db.build.select({ id: users.id }).from(users);
  return inArray(
    users.id,
    union(
      byName.where(and(isNull(users.deletedAt), begins(users.nameKey, sortKey(q)))),
      byEmail.where(begins(users.email, q.toLowerCase())),
    ),
  );
}

function membersOf({ db }: TenantScope, groupId: string): SQL {
  const query = db.build.select({ id: groupMembers.userId }).from(groupMembers);
  return inArray(users.id, query.where(eq(groupMembers.groupId, groupId)));
}

/** Behind the last user of the page before, in the page's order. */
function after({ cursor, sort }: UserPage): SQL | undefined {
  if (cursor === undefined) return undefined;
  const [number = '', key = ''] = cursor.split('.');
  if (sort === 'created') return gt(users.createdRevision, Number(number));
  const name = fromUtf8(fromBase64Url(key) ?? new Uint8Array()) ?? '';
  return sql`(${users.nameKey}, ${users.createdRevision}) > (${name}, ${Number(number)})`;
}

function position({ sort }: UserPage): (row: UserRow) => string {
  return ({ createdRevision, nameKey }) =>
    sort === 'created'
      ? String(createdRevision)
      : `${createdRevision}.${toBase64Url(toUtf8(nameKey))}`;
}

export async function listUsers(scope: TenantScope, page: UserPage): Promise<Listing<User>> {
  const { db } = scope;
  const { q, role, status, groupId, sort, limit } = page;
  const wanted = and(
    usersWithin(scope),
    after(page),
    role && eq(users.role, role),
    status && eq(users.status, status),
    q === undefined ? undefined : found(scope, q),
    groupId === undefined ? undefined : membersOf(scope, groupId),
  );
  const order =
    sort === 'created'
      ? [asc(users.createdRevision)]
      : [asc(users.nameKey), asc(users.createdRevision)];
  const [rows] = await db.run(
    db.build
      .select()
      .from(users)
      .where(wanted)
      .orderBy(...order)
      .limit(limit + 1),
  );
  return paged(rows, page, position(page), userView);
}

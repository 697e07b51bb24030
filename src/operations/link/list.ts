// link.list, newest first

import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { links } from '../../db/schema/tenant.ts';
import { idSchema } from '../../model/ids.ts';
import type { Link } from '../../model/link.ts';
import {
  type Listing,
  momentCursorSchema,
  momentOf,
  olderThan,
  paged,
  pageSchema,
} from '../page.ts';
import type { TenantScope } from '../services.ts';
import { linksWithin, viewLinks } from './read.ts';

export const linkPageSchema = z.strictObject({
  ...pageSchema.shape,
  cursor: momentCursorSchema('l'),
  /** Links of this device. */
  deviceId: idSchema('device').optional(),
  /** Bookmarks of this user. */
  userId: idSchema('user').optional(),
});
export type LinkPage = z.infer<typeof linkPageSchema>;

export async function listLinks(scope: TenantScope, page: LinkPage): Promise<Listing<Link>> {
  const { db } = scope;
  const { deviceId, userId, cursor, limit } = page;
  const wanted = and(
    linksWithin(scope),
    deviceId === undefined ? undefined : eq(links.deviceId, deviceId),
    userId === undefined ? undefined : eq(links.userId, userId),
    olderThan(cursor, links),
  );
  const query = db.build.select().from(links).where(wanted);
  const ordered = query.orderBy(desc(links.createdAt), desc(links.id));
  const [rows] = await db.run(ordered.limit(limit + 1));
  const { items, next } = paged(rows, page, momentOf, (row) => row);
  return { items: await viewLinks(scope, items), next };
}

import type { groups } from '../../db/schema/tenant-people.ts';
import type { Group } from '../../model/group.ts';

export type GroupRow = typeof groups.$inferSelect;

/** A group as the API shows it. */
export function groupView({ id, name, revision, createdAt }: GroupRow): Group {
  return { id, name, revision, createdAt: new Date(createdAt).toISOString() };
}

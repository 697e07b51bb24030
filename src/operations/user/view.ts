import type { users } from '../../db/schema/tenant.ts';
import type { User } from '../../model/tenant.ts';

/** A user as the API shows them. */
export function userView(row: Omit<typeof users.$inferSelect, 'createdRevision'>): User {
  const { id, name, email, role } = row;
  return { id, name, email, role, createdAt: new Date(row.createdAt).toISOString() };
}

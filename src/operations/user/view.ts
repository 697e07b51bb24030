import type { users } from '../../db/schema/tenant-people.ts';
import type { User } from '../../model/user.ts';

export type UserRow = typeof users.$inferSelect;

/** A user as the API shows them. */
export function userView(row: UserRow): User {
  const { id, name, email, role, status, accountId, revision } = row;
  const hasAccount = accountId !== null;
  const createdAt = new Date(row.createdAt).toISOString();
  return { id, name, email, role, status, hasAccount, revision, createdAt };
}

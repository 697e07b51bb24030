// The row of a user who has just come into being.

import { type CreateUser, sortKey } from '../../model/user.ts';
import type { UserRow } from './view.ts';

export function newUser(
  { id, createdAt, number }: { id: string; createdAt: number; number: number },
  { name, email, role }: CreateUser,
): UserRow {
  return {
    id,
    name,
    nameKey: sortKey(name),
    email: email ?? null,
    role,
    createdAt,
    createdRevision: number,
    status: 'active',
    accountId: null,
    invitationHash: null,
    invitationExpiresAt: null,
    deletedAt: null,
    revision: number,
  };
}

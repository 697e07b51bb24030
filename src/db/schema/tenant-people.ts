// People and programs of a tenant: users, their groups, and API keys.

import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Operation, Role } from '../../model/permissions.ts';
import type { UserStatus } from '../../model/user.ts';

export const users = sqliteTable(
  'users',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** By which users are found and sorted; see `sortKey`. */
    nameKey: text('name_key').notNull().default(''),
    email: text().unique(),
    role: text().notNull().$type<Role>(),
    createdAt: integer('created_at').notNull(),
    createdRevision: integer('created_revision').notNull().unique(),
    status: text().notNull().$type<UserStatus>().default('active'),
    /** The account that signs in as this user; null for one who never does. */
    accountId: text('account_id').unique(),
    /** SHA-256 of the open invitation's token, in hex. */
    invitationHash: text('invitation_hash'),
    invitationExpiresAt: integer('invitation_expires_at'),
    /** Set on what is left of a deleted user, to whom devices of old still refer. */
    deletedAt: integer('deleted_at'),
    /** The revision that last changed this row. */
    revision: integer().notNull().default(1),
  },
  (table) => {
    const { createdRevision, nameKey, role, status } = table;
    const living = sql`deleted_at is null`;
    return [
      index('users_created').on(createdRevision).where(living),
      index('users_name').on(nameKey, createdRevision).where(living),
      index('users_role').on(role, createdRevision).where(living),
      index('users_role_name').on(role, nameKey, createdRevision).where(living),
      index('users_status').on(status, createdRevision).where(living),
      index('users_status_name').on(status, nameKey, createdRevision).where(living),
      index('users_invitation').on(table.invitationHash).where(sql`invitation_hash is not null`),
    ];
  },
);

export const groups = sqliteTable('groups', {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  createdAt: integer('created_at').notNull(),
  createdRevision: integer('created_revision').notNull().unique(),
  /** The revision that last changed its name or its members. */
  revision: integer().notNull(),
});

export const groupMembers = sqliteTable(
  'group_members',
  {
    groupId: text('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** `oidc`: the identity provider says so, and may take it back. */
    source: text().notNull().$type<'manual' | 'oidc'>(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.userId] }),
    index('group_members_user').on(table.userId),
  ],
);

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text().primaryKey(),
    /** SHA-256 of the whole key, in hex. */
    hash: text().notNull().unique(),
    name: text().notNull(),
    role: text().notNull().$type<Role>(),
    createdAt: integer('created_at').notNull(),
    /** Of what its role may do, this alone; null for all of it. */
    permissions: text({ mode: 'json' }).$type<Operation[]>(),
    /** Users of these groups and their devices alone; null for everyone. */
    groupIds: text('group_ids', { mode: 'json' }).$type<string[]>(),
    /** These gateways, and devices on them, alone; null for all. */
    gatewayIds: text('gateway_ids', { mode: 'json' }).$type<string[]>(),
    expiresAt: integer('expires_at'),
    revokedAt: integer('revoked_at'),
    /** An observation, a minute exact; written outside the revisions. */
    lastUsedAt: integer('last_used_at'),
    createdRevision: integer('created_revision').notNull().default(1),
  },
  (table) => [
    index('api_keys_created').on(table.createdRevision, table.id),
    index('api_keys_living').on(table.expiresAt).where(sql`revoked_at is null`),
  ],
);

// The directory: which tenants there are, who can sign in, and where they belong. Small, cacheable,
// rarely written.

import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ChallengeKind, SignInMethod } from '../../model/account.ts';
import type { TenantStatus } from '../../model/tenant.ts';
import { idempotencyColumns, jobColumns } from './columns.ts';

export const tenants = sqliteTable('tenants', {
  id: text().primaryKey(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  /** Unix time in milliseconds, as are all times in the databases. */
  createdAt: integer('created_at').notNull(),
  /** As in the tenant's own database, which decides. */
  status: text().notNull().$type<TenantStatus>().default('active'),
});

/** A login: one person, whatever tenants they belong to. */
export const accounts = sqliteTable('accounts', {
  id: text().primaryKey(),
  /** In lower case; whoever reads its mail is this account. */
  email: text().notNull().unique(),
  name: text().notNull(),
  createdAt: integer('created_at').notNull(),
  /** Sealed; null without TOTP. Not asked for until it is confirmed. */
  totpSecret: text('totp_secret'),
  totpConfirmedAt: integer('totp_confirmed_at'),
  /** The last time step whose code was accepted: a code works once (RFC 6238 §5.2). */
  totpStep: integer('totp_step').notNull().default(0),
  /** Wrong second factors in a row, and until when no more are taken. */
  failures: integer().notNull().default(0),
  lockedUntil: integer('locked_until').notNull().default(0),
});

export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    /** SHA-256 of the token, in hex. */
    hash: text().notNull().unique(),
    /** The token before the last rotation, good for a moment more: requests may be under way. */
    previousHash: text('previous_hash').unique(),
    rotatedAt: integer('rotated_at').notNull(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    methods: text({ mode: 'json' }).notNull().$type<SignInMethod[]>(),
    /** A session by single sign-on is good in that tenant alone. */
    tenantId: text('tenant_id'),
    createdAt: integer('created_at').notNull(),
    seenAt: integer('seen_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    address: text().notNull(),
    userAgent: text('user_agent').notNull(),
  },
  (table) => [index('sessions_account').on(table.accountId)],
);

/** Tenants whose log already says that this session signed in there. */
export const sessionTenants = sqliteTable(
  'session_tenants',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    tenantId: text('tenant_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.tenantId] })],
);

export const passkeys = sqliteTable(
  'passkeys',
  {
    id: text().primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** As the authenticator named it, in base64url. */
    credentialId: text('credential_id').notNull().unique(),
    /** COSE key, in base64url. */
    publicKey: text('public_key').notNull(),
    counter: integer().notNull(),
    transports: text({ mode: 'json' }).notNull().$type<string[]>(),
    backedUp: integer('backed_up', { mode: 'boolean' }).notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [index('passkeys_account').on(table.accountId)],
);

export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** SHA-256 of account and code, in hex. */
    hash: text().notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.hash] })],
);

/** What was asked and waits for its one answer: a mailed code, a passkey, an identity provider. */
export const challenges = sqliteTable(
  'challenges',
  {
    id: text().primaryKey(),
    kind: text().notNull().$type<ChallengeKind>(),
    /** Whose, when that is known and there is one. */
    accountId: text('account_id'),
    /** The address that is to show that it reads its mail. */
    email: text(),
    /** SHA-256 of the secret that the mailed link, or the redirect, carries. */
    secretHash: text('secret_hash').unique(),
    /** SHA-256 of challenge and mailed code. */
    codeHash: text('code_hash'),
    attempts: integer().notNull().default(0),
    /** JSON, sealed where it holds a secret; parsed by whoever made it. */
    payload: text().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [
    index('challenges_expires').on(table.expiresAt),
    index('challenges_email').on(table.email),
  ],
);

/** Which user of a tenant an account is. Role and standing are in the tenant's database. */
export const memberships = sqliteTable(
  'memberships',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    userId: text('user_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.tenantId] }),
    index('memberships_tenant').on(table.tenantId),
  ],
);

/** Who may make a tenant, where that is by invitation. */
export const tenantInvitations = sqliteTable('tenant_invitations', {
  id: text().primaryKey(),
  email: text().notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  usedAt: integer('used_at'),
});

/** Jobs that belong to no tenant, such as mails to those who sign in. See queue.ts. */
export const jobs = sqliteTable('jobs', jobColumns, (table) => [
  index('jobs_due').on(table.status, table.dueAt),
]);

/** Answers to what was asked with an Idempotency-Key and belongs to no tenant. */
export const idempotencyKeys = sqliteTable('idempotency_keys', idempotencyColumns, (table) => [
  index('idempotency_keys_created').on(table.createdAt),
]);

/** The one-time owner links that `start` prints while there is no tenant yet. */
export const setupLinks = sqliteTable('setup_links', {
  /** SHA-256 of the secret, in hex. */
  hash: text().primaryKey(),
  expiresAt: integer('expires_at').notNull(),
  usedAt: integer('used_at'),
});

/** When to look into which tenant's jobs, so that a tick need not look into all. */
export const jobWakeups = sqliteTable(
  'job_wakeups',
  {
    tenantId: text('tenant_id')
      .primaryKey()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    dueAt: integer('due_at').notNull(),
    /** Counts its writes, so that whoever took it sees whether somebody wrote it meanwhile. */
    turn: integer().notNull(),
  },
  (table) => [index('job_wakeups_due').on(table.dueAt)],
);

/** One row: the tenant up to which the sweep has come. */
export const jobSweep = sqliteTable('job_sweep', {
  id: integer().primaryKey(),
  cursor: text().notNull(),
});

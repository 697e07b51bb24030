// The directory: which tenants there are. Small, cacheable, rarely written.

import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const tenants = sqliteTable('tenants', {
  id: text().primaryKey(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  /** Unix time in milliseconds, as are all times in the databases. */
  createdAt: integer('created_at').notNull(),
});

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

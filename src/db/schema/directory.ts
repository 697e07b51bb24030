// The directory: which tenants there are. Small, cacheable, rarely written.

import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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

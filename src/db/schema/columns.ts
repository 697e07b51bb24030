// Columns of tables that the directory and the tenants' databases both have.

import { integer, text } from 'drizzle-orm/sqlite-core';

export const jobColumns = {
  /** A standing job's id is its kind, so that there is one of it and no second. */
  id: text().primaryKey(),
  kind: text().notNull(),
  /** JSON, parsed by whoever runs the job. Never a secret in clear. */
  payload: text().notNull(),
  /** The dead are kept, to be seen. */
  status: text().notNull().$type<'waiting' | 'dead'>(),
  /** When it may be claimed; while it runs, when its lease ends; of the dead, when it died. */
  dueAt: integer('due_at').notNull(),
  /** How often it was claimed since it last succeeded. */
  attempts: integer().notNull(),
  lastError: text('last_error'),
  createdAt: integer('created_at').notNull(),
};

export const idempotencyColumns = {
  /** SHA-256 of who asked and the key they gave, in hex. */
  hash: text().primaryKey(),
  /** SHA-256 of what was asked: the same key for something else is refused. */
  requestHash: text('request_hash').notNull(),
  /** The answer as JSON, sealed: it may hold what is shown only once. */
  answer: text().notNull(),
  createdAt: integer('created_at').notNull(),
};

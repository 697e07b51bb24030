// What leaves a tenant: jobs to be done, mails, and the places where its log goes. And its identity
// provider, from where people come.

import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Operation } from '../../model/permissions.ts';
import { jobColumns } from './columns.ts';

/** Effects to come, enqueued in the batch of the change that causes them. See queue.ts. */
export const jobs = sqliteTable('jobs', jobColumns, (table) => [
  index('jobs_due').on(table.status, table.dueAt),
]);

/** What became of the mails that went out in the tenant's name. Bodies are not kept. */
export const mails = sqliteTable(
  'mails',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    recipient: text().notNull(),
    subject: text().notNull(),
    /** What it is about: a user, a link. */
    about: text().notNull(),
    status: text().notNull().$type<'queued' | 'sent' | 'refused'>(),
    /** What the mail server said. */
    error: text(),
    createdAt: integer('created_at').notNull(),
    sentAt: integer('sent_at'),
  },
  (table) => [
    index('mails_created').on(table.createdAt, table.id),
    index('mails_about').on(table.about, table.createdAt, table.id),
  ],
);

/** Observations of how far an outlet has come, written outside the revisions. */
const outletColumns = {
  /** The revision that was delivered last. */
  cursor: integer().notNull(),
  /** Deliveries in a row that failed, and since when they do. */
  failures: integer().notNull(),
  failingSince: integer('failing_since'),
  lastError: text('last_error'),
  deliveredAt: integer('delivered_at'),
};

/** Where the log goes as signed requests. Each has a place in the log up to which it has come. */
export const webhooks = sqliteTable('webhooks', {
  id: text().primaryKey(),
  url: text().notNull(),
  description: text().notNull(),
  /** Sealed. */
  secret: text().notNull(),
  /** Sealed; signs as well until then, so that a receiver can change over. */
  previousSecret: text('previous_secret'),
  previousUntil: integer('previous_until'),
  /** Operations that it wants to hear of; null for all. */
  operations: text({ mode: 'json' }).$type<Operation[]>(),
  /** How many revisions it takes in one request. */
  batch: integer().notNull().default(1),
  enabled: integer({ mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
  createdRevision: integer('created_revision').notNull().unique(),
  revision: integer().notNull(),
  ...outletColumns,
});

/** One row at most: where the log goes as syslog over TLS. */
export const syslog = sqliteTable('syslog', {
  id: integer().primaryKey(),
  host: text().notNull(),
  port: integer().notNull(),
  /** The only authorities to trust, in place of the public ones. */
  caPem: text('ca_pem'),
  enabled: integer({ mode: 'boolean' }).notNull(),
  revision: integer().notNull(),
  ...outletColumns,
});

/** One row at most: the tenant's own identity provider. */
export const oidc = sqliteTable('oidc', {
  id: integer().primaryKey(),
  issuer: text().notNull(),
  clientId: text('client_id').notNull(),
  /** Sealed. */
  clientSecret: text('client_secret').notNull(),
  /** The claim that lists a person's groups; null when groups do not come from there. */
  groupsClaim: text('groups_claim'),
  /** Whether people whom the tenant does not know become users. */
  createsUsers: integer('creates_users', { mode: 'boolean' }).notNull(),
  enabled: integer({ mode: 'boolean' }).notNull(),
  revision: integer().notNull(),
});

// One tenant's database. Every row that a gateway's document is made of carries the revision that
// last changed it, so the database is the compiled state.

import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { ObservedState } from '../../model/observed-state.ts';
import type { Operation, Role } from '../../model/permissions.ts';
import type { Summary } from '../../model/revision.ts';

/** Lock, generation and audit log in one: the primary key is what two writers race for. */
export const revisions = sqliteTable('revisions', {
  number: integer().primaryKey(),
  at: integer().notNull(),
  actor: text().notNull(),
  operation: text().notNull().$type<Operation>(),
  subject: text().notNull(),
  summary: text({ mode: 'json' }).notNull().$type<Summary>(),
  hash: text().notNull(),
});

export const tenant = sqliteTable('tenant', {
  id: text().primaryKey(),
  slug: text().notNull(),
  name: text().notNull(),
  ula: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  name: text().notNull(),
  email: text().unique(),
  role: text().notNull().$type<Role>(),
  createdAt: integer('created_at').notNull(),
  createdRevision: integer('created_revision').notNull().unique(),
});

export const apiKeys = sqliteTable('api_keys', {
  id: text().primaryKey(),
  /** SHA-256 of the whole key, in hex. */
  hash: text().notNull().unique(),
  name: text().notNull(),
  role: text().notNull().$type<Role>(),
  createdAt: integer('created_at').notNull(),
});

export const gateways = sqliteTable(
  'gateways',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    endpointHost: text('endpoint_host').notNull(),
    endpointPort: integer('endpoint_port').notNull(),
    listenPort: integer('listen_port').notNull(),
    pool4: text().notNull(),
    pool6: text().notNull(),
    routes: text({ mode: 'json' }).notNull().$type<string[]>(),
    dns: text({ mode: 'json' }).notNull().$type<string[]>(),
    mtu: integer().notNull(),
    isolateClients: integer('isolate_clients', { mode: 'boolean' }).notNull(),
    identityKey: text('identity_key'),
    wireguardPublicKey: text('wireguard_public_key'),
    /** SHA-256 of the enrolment token, in hex. */
    enrollmentHash: text('enrollment_hash').notNull(),
    enrollmentExpiresAt: integer('enrollment_expires_at').notNull(),
    /** Highest host number ever given to a device. */
    highestHost: integer('highest_host').notNull(),
    peerCount: integer('peer_count').notNull(),
    peerDigest: text('peer_digest').notNull(),
    /** The revision that last changed the gateway's own sections. */
    sectionsRevision: integer('sections_revision').notNull(),
    /** The revision that last changed anything in its document. */
    revision: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    createdRevision: integer('created_revision').notNull().unique(),
  },
  (table) => [uniqueIndex('gateways_name').on(table.name)],
);

export const devices = sqliteTable(
  'devices',
  {
    id: text().primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    platform: text().notNull(),
    status: text().notNull().$type<'pending' | 'active' | 'revoked'>(),
    /** Of its living credential. */
    publicKey: text('public_key'),
    revision: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    createdRevision: integer('created_revision').notNull().unique(),
  },
  (table) => [index('devices_user').on(table.userId)],
);

/** Which gateways shall serve a device, whether it has a credential yet or not. */
export const deviceGateways = sqliteTable(
  'device_gateways',
  {
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    gatewayId: text('gateway_id')
      .notNull()
      .references(() => gateways.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.deviceId, table.gatewayId] }),
    index('device_gateways_gateway').on(table.gatewayId),
  ],
);

/** Every WireGuard key a device ever had: a retired key never comes back. */
export const credentials = sqliteTable(
  'credentials',
  {
    id: text().primaryKey(),
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    protocol: text().notNull().$type<'wireguard'>(),
    publicKey: text('public_key').notNull(),
    createdRevision: integer('created_revision').notNull(),
    retiredRevision: integer('retired_revision'),
  },
  (table) => [
    uniqueIndex('credentials_public_key').on(table.protocol, table.publicKey),
    index('credentials_device').on(table.deviceId),
  ],
);

/** A device on a gateway. A removed peer stays as a tombstone, so that a delta can say so. */
export const peers = sqliteTable(
  'peers',
  {
    gatewayId: text('gateway_id')
      .notNull()
      .references(() => gateways.id, { onDelete: 'cascade' }),
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    publicKey: text('public_key').notNull(),
    /** Host number in the gateway's pools; null on a tombstone whose number somebody else has. */
    host: integer(),
    removed: integer({ mode: 'boolean' }).notNull(),
    revision: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.gatewayId, table.deviceId] }),
    index('peers_revision').on(table.gatewayId, table.revision),
    index('peers_device').on(table.deviceId),
    uniqueIndex('peers_host').on(table.gatewayId, table.host),
    index('peers_freed')
      .on(table.gatewayId, table.revision)
      .where(sql`removed = 1 and host is not null`),
  ],
);

export const links = sqliteTable(
  'links',
  {
    id: text().primaryKey(),
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    kind: text().notNull().$type<'once'>(),
    /** SHA-256 of the secret, in hex. */
    hash: text().notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
    revokedAt: integer('revoked_at'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('links_device').on(table.deviceId)],
);

/** Observations, written outside the revisions: what a gateway's agent reported last. */
export const gatewayReports = sqliteTable('gateway_reports', {
  gatewayId: text('gateway_id')
    .primaryKey()
    .references(() => gateways.id, { onDelete: 'cascade' }),
  reportedAt: integer('reported_at').notNull(),
  state: text({ mode: 'json' }).notNull().$type<Omit<ObservedState, 'peers'>>(),
});

/** Observations: a device's traffic on a gateway, summed over the reports. */
export const peerTraffic = sqliteTable(
  'peer_traffic',
  {
    deviceId: text('device_id').notNull(),
    gatewayId: text('gateway_id')
      .notNull()
      .references(() => gateways.id, { onDelete: 'cascade' }),
    /** Unix time in milliseconds; 0 if there never was one. */
    latestHandshakeAt: integer('latest_handshake_at').notNull(),
    receivedBytes: integer('received_bytes').notNull(),
    sentBytes: integer('sent_bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.deviceId, table.gatewayId] })],
);

/** Effects to come, enqueued in the batch of the change that causes them. See queue.ts. */
export const jobs = sqliteTable(
  'jobs',
  {
    /** A standing job's id is its kind, so that a tenant has one of it and no second. */
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
  },
  (table) => [index('jobs_due').on(table.status, table.dueAt)],
);

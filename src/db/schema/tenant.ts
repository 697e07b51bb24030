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
import { emptyPeerDigest } from '../../model/desired-state.ts';
import { defaultOnDemand } from '../../model/device.ts';
import type { Operation } from '../../model/permissions.ts';
import type { OnDemand, ProfileKind } from '../../model/profile.ts';
import type { QuotaName } from '../../model/quota.ts';
import type { Summary } from '../../model/revision.ts';
import type { TenantPolicy, TenantStatus } from '../../model/tenant.ts';
import { idempotencyColumns } from './columns.ts';
import { users } from './tenant-people.ts';

/** Lock, generation and audit log in one: the primary key is what two writers race for. */
export const revisions = sqliteTable(
  'revisions',
  {
    number: integer().primaryKey(),
    at: integer().notNull(),
    actor: text().notNull(),
    operation: text().notNull().$type<Operation>(),
    subject: text().notNull(),
    summary: text({ mode: 'json' }).notNull().$type<Summary>(),
    hash: text().notNull(),
    /** Where it came from; null when it came from no request. */
    address: text(),
    userAgent: text('user_agent'),
  },
  // Each ends with the number, as all indexes here do: a page of the log is read off in order.
  (table) => [
    index('revisions_at').on(table.at),
    index('revisions_actor').on(table.actor),
    index('revisions_subject').on(table.subject),
    index('revisions_operation').on(table.operation),
  ],
);

/** Signed heads of the log, one a day at most: whoever cuts its end off cannot forge these. */
export const anchors = sqliteTable('anchors', {
  /** The revision that it vouches for. */
  number: integer().primaryKey(),
  hash: text().notNull(),
  at: integer().notNull(),
  /** Compact JWS over tenant, number, hash and time. */
  signature: text().notNull(),
});

export const tenant = sqliteTable('tenant', {
  id: text().primaryKey(),
  slug: text().notNull(),
  name: text().notNull(),
  ula: text().notNull(),
  createdAt: integer('created_at').notNull(),
  status: text().notNull().$type<TenantStatus>().default('active'),
  /** When the database goes for good, while it is being deleted. */
  deleteAt: integer('delete_at'),
  policy: text({ mode: 'json' })
    .notNull()
    .$type<TenantPolicy>()
    .default(sql`'{"secondFactor":"optional","linkRedemption":"link","signIn":"any"}'`),
  /** The revision that last changed this row. */
  revision: integer().notNull().default(1),
});

/** Limits that the operator set for this tenant in place of the usual ones. */
export const quotas = sqliteTable('quotas', {
  name: text().primaryKey().$type<QuotaName>(),
  most: integer().notNull(),
});

/**
 * What counts against a quota. Changes write it in their batch; `key` is a user, a day or a month,
 * or empty.
 */
export const usage = sqliteTable(
  'usage',
  {
    name: text().notNull().$type<QuotaName>(),
    key: text().notNull(),
    value: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.key] })],
);

/** Notices that owners have got: one for each quota, share and period. */
export const quotaNotices = sqliteTable(
  'quota_notices',
  {
    name: text().notNull().$type<QuotaName>(),
    /** A UTC day or month. */
    period: text().notNull(),
    percent: integer().notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.period, table.percent] })],
);

export const idempotencyKeys = sqliteTable('idempotency_keys', idempotencyColumns, (table) => [
  index('idempotency_keys_created').on(table.createdAt),
]);

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
    ikev2: integer({ mode: 'boolean' }).notNull().default(false),
    /** Set while it speaks IKEv2. */
    ikePool4: text('ike_pool4'),
    ikePool6: text('ike_pool6'),
    /** SubjectPublicKeyInfo of its IKE key in base64; null until its agent has one. */
    ikePublicKey: text('ike_public_key'),
    /** For that key: DER in base64, of which authority it is, and until when it is good. */
    certificate: text(),
    certificateAuthority: text('certificate_authority'),
    certificateExpiresAt: integer('certificate_expires_at'),
    ikev2Count: integer('ikev2_count').notNull().default(0),
    ikev2Digest: text('ikev2_digest').notNull().default(emptyPeerDigest),
    /** Whoever has an older revision needs the whole document. */
    wholeRevision: integer('whole_revision').notNull().default(0),
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
    /** Of its living certificate, and until when that is good; or of its password. */
    ikev2Identity: text('ikev2_identity'),
    ikev2ExpiresAt: integer('ikev2_expires_at'),
    /** The password that it has in place of a certificate, sealed: its gateways need it. */
    ikev2Secret: text('ikev2_secret'),
    /** When it ends by itself. */
    expiresAt: integer('expires_at'),
    onDemand: text('on_demand', { mode: 'json' })
      .notNull()
      .$type<OnDemand>()
      .default(defaultOnDemand),
    revision: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    createdRevision: integer('created_revision').notNull().unique(),
  },
  (table) => [
    index('devices_user').on(table.userId),
    index('devices_expires')
      .on(table.expiresAt)
      .where(sql`expires_at is not null and status <> 'revoked'`),
  ],
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

/** Every key a device ever had: a retired key never comes back. */
export const credentials = sqliteTable(
  'credentials',
  {
    id: text().primaryKey(),
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    protocol: text().notNull().$type<'wireguard' | 'ikev2' | 'password'>(),
    /**
     * As WireGuard writes it; of a certificate, SHA-256 of its SubjectPublicKeyInfo in base64; of a
     * password, its user name.
     */
    publicKey: text('public_key').notNull(),
    /** Of IKEv2: what was made with it. */
    profile: text().$type<ProfileKind>(),
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
    /** Of a removed peer: its user is suspended, and it comes back with the same host number. */
    held: integer({ mode: 'boolean' }).notNull().default(false),
    revision: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.gatewayId, table.deviceId] }),
    index('peers_revision').on(table.gatewayId, table.revision),
    index('peers_device').on(table.deviceId),
    uniqueIndex('peers_host').on(table.gatewayId, table.host),
    index('peers_freed')
      .on(table.gatewayId, table.revision)
      .where(sql`removed = 1 and held = 0 and host is not null`),
  ],
);

/** Addresses that give out a device's profile once, or open a user's page. */
export const links = sqliteTable(
  'links',
  {
    id: text().primaryKey(),
    /** Of a link that works once. */
    deviceId: text('device_id').references(() => devices.id),
    /** Of a bookmark. */
    userId: text('user_id').references(() => users.id),
    kind: text().notNull().$type<'once' | 'bookmark'>(),
    /** SHA-256 of the secret, in hex. */
    hash: text().notNull(),
    /** Null while nothing but a revocation ends it. */
    expiresAt: integer('expires_at'),
    /** Observation, written outside the revisions: when its page was first looked at. */
    openedAt: integer('opened_at'),
    usedAt: integer('used_at'),
    revokedAt: integer('revoked_at'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('links_created').on(table.createdAt, table.id),
    index('links_device').on(table.deviceId, table.createdAt, table.id),
    index('links_user').on(table.userId).where(sql`user_id is not null`),
  ],
);

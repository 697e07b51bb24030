// A tenant's certificate authorities, what they issued, and which devices come in by IKEv2 where.

import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { AuthorityStatus } from '../../model/authority.ts';
import { devices, gateways } from './tenant.ts';

export const authorities = sqliteTable('authorities', {
  id: text().primaryKey(),
  /** Counts the tenant's authorities, from 1. */
  generation: integer().notNull().unique(),
  status: text().notNull().$type<AuthorityStatus>(),
  /** DER in base64. */
  certificate: text().notNull(),
  /** PKCS #8 in base64, sealed; empty once the authority is retired. */
  privateKey: text('private_key').notNull(),
  /** The domain, or the address, of gateways that it may vouch for. */
  domain: text().notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  createdRevision: integer('created_revision').notNull().unique(),
  revision: integer().notNull(),
});

/** Every certificate that was issued, to a device or to a gateway. */
export const certificates = sqliteTable(
  'certificates',
  {
    /** Of a device's, the same id is in `credentials`. */
    id: text().primaryKey(),
    authorityId: text('authority_id')
      .notNull()
      .references(() => authorities.id),
    deviceId: text('device_id').references(() => devices.id),
    /** No reference: a deleted gateway's certificate has to stay on the list of the revoked. */
    gatewayId: text('gateway_id'),
    /** In hex. */
    serial: text().notNull(),
    /** What the device calls itself, or the gateway's host. */
    identity: text().notNull(),
    notBefore: integer('not_before').notNull(),
    notAfter: integer('not_after').notNull(),
    revokedAt: integer('revoked_at'),
    /** The revision that revoked it; the newest of all says whether a list is out of date. */
    revokedRevision: integer('revoked_revision'),
  },
  (table) => [
    index('certificates_device').on(table.deviceId, table.revokedRevision),
    index('certificates_gateway').on(table.gatewayId, table.revokedRevision),
    index('certificates_revoked').on(table.revokedRevision),
    index('certificates_authority').on(table.authorityId, table.revokedRevision),
  ],
);

/** A device that may come in by IKEv2 at a gateway. Tombstones stay, as those of `peers` do. */
export const ikev2Peers = sqliteTable(
  'ikev2_peers',
  {
    gatewayId: text('gateway_id')
      .notNull()
      .references(() => gateways.id, { onDelete: 'cascade' }),
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    identity: text().notNull(),
    removed: integer({ mode: 'boolean' }).notNull(),
    /** Of a removed one: its user is suspended, and it comes back. */
    held: integer({ mode: 'boolean' }).notNull().default(false),
    revision: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.gatewayId, table.deviceId] }),
    index('ikev2_peers_revision').on(table.gatewayId, table.revision),
    index('ikev2_peers_device').on(table.deviceId),
  ],
);

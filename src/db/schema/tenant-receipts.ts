// Proofs that gateways cut devices off. They outlive gateway and credential: what was once proved
// stays so.

import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { RevocationReceipt } from '../../model/ikev2.ts';
import { devices } from './tenant.ts';

/** Observations, written outside the revisions; the first of each cut stays. */
export const receipts = sqliteTable(
  'receipts',
  {
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    gatewayId: text('gateway_id').notNull(),
    protocol: text().notNull().$type<RevocationReceipt['protocol']>(),
    /** The public key or the identity that is good no longer. */
    credential: text().notNull(),
    revision: integer().notNull(),
    /** Compact JWS over all of this and the times. */
    jws: text().notNull(),
    /** The gateway's key of then: Ed25519, in base64url. */
    identityKey: text('identity_key').notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.deviceId, table.gatewayId, table.protocol, table.credential, table.revision],
    }),
    index('receipts_device').on(table.deviceId, table.revision),
  ],
);

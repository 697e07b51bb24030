// What a tenant's gateways reported: no changes, so written outside the revisions.

import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ObservedState } from '../../model/observed-state.ts';
import { gateways } from './tenant.ts';

/** What a gateway's agent reported last. */
export const gatewayReports = sqliteTable('gateway_reports', {
  gatewayId: text('gateway_id')
    .primaryKey()
    .references(() => gateways.id, { onDelete: 'cascade' }),
  reportedAt: integer('reported_at').notNull(),
  state: text({ mode: 'json' })
    .notNull()
    .$type<Omit<ObservedState, 'peers' | 'traffic' | 'receipts'>>(),
  /** Which run of counters, and which report of it, was counted last: none counts twice. */
  trafficRun: text('traffic_run'),
  trafficReport: integer('traffic_report'),
});

/** A device's traffic on a gateway, summed over the reports. */
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

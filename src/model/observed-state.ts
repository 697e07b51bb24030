// What a gateway really is, as its agent reports it. Never the same type as what it shall be.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';

export const sectionStatusSchema = z.strictObject({
  status: z.enum(['applied', 'failed']),
  error: z.string().max(limits.reportErrorLength).optional(),
});
export type SectionStatus = z.infer<typeof sectionStatusSchema>;

/** Traffic of one device that no report said before, in bytes. */
export const peerObservationSchema = z.strictObject({
  id: idSchema('device'),
  /** Unix time in seconds; 0 if there never was one. */
  latestHandshake: z.int().min(0),
  receivedBytes: z.int().min(0),
  sentBytes: z.int().min(0),
});
export type PeerObservation = z.infer<typeof peerObservationSchema>;

/**
 * Which report this is, of those that carry traffic, in which run of the agent's counters. The same
 * report may come twice, its answer having got lost; it counts once.
 */
export const trafficSchema = z.strictObject({
  run: z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits'),
  report: z.int().min(1),
});
export type Traffic = z.infer<typeof trafficSchema>;

/** What is not seen from the sections' status. */
export const ikev2ObservationSchema = z.strictObject({
  /** Devices that are connected now. */
  sessions: z.int().min(0),
  /** As `digest` of the document. */
  digest: z.string().regex(/^[0-9a-f]{32}$/),
  /** When the loaded list of revoked certificates ends, in Unix milliseconds; null without one. */
  revocationsUntil: z.int().nullable(),
  /** When the gateway's certificate ends, in Unix milliseconds; null without one. */
  certificateUntil: z.int().nullable(),
});
export type Ikev2Observation = z.infer<typeof ikev2ObservationSchema>;

export const observedStateSchema = z.strictObject({
  /** The revision the gateway really reached; 0 if it has applied nothing yet. */
  revision: z.int().min(0),
  sections: z.strictObject({
    wireguard: sectionStatusSchema.optional(),
    firewall: sectionStatusSchema.optional(),
    ikev2: sectionStatusSchema.optional(),
  }),
  peerDigest: z.string().regex(/^[0-9a-f]{32}$/),
  peerCount: z.int().min(0),
  versions: z.strictObject({
    agent: z.string().max(64),
    kernel: z.string().max(128).optional(),
    wireguard: z.string().max(128).optional(),
    nftables: z.string().max(128).optional(),
    strongswan: z.string().max(128).optional(),
  }),
  ikev2: ikev2ObservationSchema.optional(),
  peers: z.array(peerObservationSchema).max(limits.peersPerReport),
  /** Comes with `peers`. Agents of before 2026-11-26 leave it out: they count whatever arrives. */
  traffic: trafficSchema.optional(),
  /** Signed proofs that devices were cut off, until a report with them was answered. */
  receipts: z.array(z.string().max(limits.receiptLength)).max(limits.receiptsPerReport).optional(),
});
export type ObservedState = z.infer<typeof observedStateSchema>;

/** The answer to a report: `resync` asks for the whole state, because the peers have drifted. */
export const reportReplySchema = z.strictObject({ resync: z.boolean() });
export type ReportReply = z.infer<typeof reportReplySchema>;

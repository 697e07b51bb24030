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

export const observedStateSchema = z.strictObject({
  /** The revision the gateway really reached; 0 if it has applied nothing yet. */
  revision: z.int().min(0),
  sections: z.strictObject({
    wireguard: sectionStatusSchema.optional(),
    firewall: sectionStatusSchema.optional(),
  }),
  peerDigest: z.string().regex(/^[0-9a-f]{32}$/),
  peerCount: z.int().min(0),
  versions: z.strictObject({
    agent: z.string().max(64),
    kernel: z.string().max(128).optional(),
    wireguard: z.string().max(128).optional(),
    nftables: z.string().max(128).optional(),
  }),
  peers: z.array(peerObservationSchema).max(limits.peersPerReport),
  /** Comes with `peers`. Agents of before 2026-11-26 leave it out: they count whatever arrives. */
  traffic: trafficSchema.optional(),
});
export type ObservedState = z.infer<typeof observedStateSchema>;

/** The answer to a report: `resync` asks for the whole state, because the peers have drifted. */
export const reportReplySchema = z.strictObject({ resync: z.boolean() });
export type ReportReply = z.infer<typeof reportReplySchema>;

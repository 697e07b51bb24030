// What a gateway shall be: the signed document that an agent pulls. Data, never commands.
//
// Diary of versions
//   1  2026-11-22  sections wireguard and firewall; peers as a delta or as a whole
//   2  2026-11-26  section ikev2 and its devices; a gateway without IKEv2 still gets version 1

import { z } from 'zod';
import { anyPrefixSchema, parseInterfaceAddress } from './cidr.ts';
import { idSchema } from './ids.ts';
import { ikev2ChangeSchema, ikev2SectionSchema } from './ikev2.ts';
import { limits } from './limits.ts';
import { mtuSchema, portSchema, wireguardPublicKeySchema } from './wireguard.ts';

/** The highest document version this code can write and read. */
export const desiredStateVersion = 2;

/** The version that a gateway without IKEv2 gets. */
export const plainStateVersion = 1;

/** `typ` of the JWS header, so that no other document signed by the same key can pass for one. */
export const desiredStateType = 'sallyport-state+jws';

const interfaceAddressSchema = z
  .string()
  .refine(
    (text) => parseInterfaceAddress(text) !== undefined,
    'must be an address with a prefix length',
  );

/** A device on this gateway. Its addresses are single hosts: /32 and /128. */
export const peerSchema = z.strictObject({
  id: idSchema('device'),
  publicKey: wireguardPublicKeySchema,
  addresses: z.array(anyPrefixSchema).min(1).max(2),
});
export type Peer = z.infer<typeof peerSchema>;

export const wireguardSectionSchema = z.strictObject({
  listenPort: portSchema,
  mtu: mtuSchema,
  addresses: z.array(interfaceAddressSchema).min(1).max(2),
});
export type WireguardSection = z.infer<typeof wireguardSectionSchema>;

export const firewallSectionSchema = z.strictObject({
  /** Source prefixes that leave the gateway under its own address. */
  masquerade: z.array(anyPrefixSchema).max(16),
  /** Whether devices are kept from reaching each other through the gateway. */
  isolateClients: z.boolean(),
});
export type FirewallSection = z.infer<typeof firewallSectionSchema>;

export const desiredStateSchema = z.strictObject({
  version: z.literal([plainStateVersion, desiredStateVersion]),
  gatewayId: idSchema('gateway'),
  /** The tenant's change number that this document leads to. */
  revision: z.int().min(1),
  /** The revision it starts from, or null if it says everything. */
  base: z.int().min(1).nullable(),
  sections: z.strictObject({
    wireguard: wireguardSectionSchema.optional(),
    firewall: firewallSectionSchema.optional(),
    /** Left out by a whole document: there is no IKEv2. By a delta: it is as it was. */
    ikev2: ikev2SectionSchema.optional(),
  }),
  peers: z.strictObject({
    upsert: z.array(peerSchema).max(limits.peersPerGateway),
    remove: z.array(idSchema('device')).max(limits.peersPerGateway),
  }),
  /** `peerSetDigest` of all peers once the document is applied. */
  peerDigest: z.string().regex(/^[0-9a-f]{32}$/),
  /** Devices that may come in by IKEv2; left out when no section ikev2 ever was. */
  ikev2: ikev2ChangeSchema.optional(),
});
export type DesiredState = z.infer<typeof desiredStateSchema>;
export type SectionName = keyof DesiredState['sections'];

/** What is hashed of one peer for the digest of a set. */
export function peerDigestInput(peer: Peer): string {
  return `${peer.id} ${peer.publicKey} ${peer.addresses.join(' ')}`;
}

export const emptyPeerDigest = '0'.repeat(32);

/**
 * Adds a peer to the digest of a set, or takes it out: the digest is the XOR of all members'
 * hashes, so a change costs one hash however many peers there are. It finds drift; it proves
 * nothing against somebody who chooses the members.
 * @param peerHash SHA-256 of `peerDigestInput`, in lower-case hex
 */
export function togglePeerDigest(digest: string, peerHash: string): string {
  let result = '';
  for (let i = 0; i < emptyPeerDigest.length; i++) {
    const a = Number.parseInt(digest.charAt(i), 16);
    result += (a ^ Number.parseInt(peerHash.charAt(i), 16)).toString(16);
  }
  return result;
}

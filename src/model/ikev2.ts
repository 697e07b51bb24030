// IKEv2 (RFC 7296) as a gateway's document and clients' profiles name it: certificates for both
// sides, addresses from a pool, and the devices that may come in.

import { z } from 'zod';
import { anyPrefixSchema, ipAddressSchema, parseAddress } from './cidr.ts';
import { fromBase64 } from './encoding.ts';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';

/** A certificate (RFC 5280): DER in base64. */
export const certificateSchema = z
  .string()
  .max(limits.certificateLength)
  .refine((text) => (fromBase64(text)?.length ?? 0) > 0, 'must be a certificate: DER in base64');

const identityDomain = 'sallyport.internal';

/**
 * What a device calls itself (IDi), and both the common name and the e-mail name of its
 * certificate. Each credential has its own, so that a retired one never passes for its successor.
 */
export function deviceIdentity(deviceId: string, credentialId: string, tenantId: string): string {
  const tail = (id: string) => id.slice(id.indexOf('_') + 1);
  return `${tail(deviceId)}.${tail(credentialId).slice(0, 8)}@${tail(tenantId)}.${identityDomain}`;
}

/** The domain of a tenant's devices' identities: what its authority may vouch for. */
export function identityDomainOf(tenantId: string): string {
  return `${tenantId.slice(tenantId.indexOf('_') + 1)}.${identityDomain}`;
}

export const deviceIdentitySchema = z
  .string()
  .regex(
    /^[0-9a-hjkmnp-tv-z]{16}\.[0-9a-hjkmnp-tv-z]{8}@[0-9a-hjkmnp-tv-z]{16}\.sallyport\.internal$/,
    'must be the identity of a device, as its certificate has it',
  );

/**
 * What a device with a password calls itself: the credential's id without its prefix. As unique as
 * that, and short enough to be typed.
 */
export function passwordIdentity(credentialId: string): string {
  return credentialId.slice(credentialId.indexOf('_') + 1);
}

const passwordIdentitySchema = z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/);

/** What a device calls itself: by its certificate, or with its password. */
export const ikev2IdentitySchema = z.union([deviceIdentitySchema, passwordIdentitySchema]);

/** Made by Sallyport, never chosen: MSCHAPv2 lets whoever saw a login guess at leisure. */
const passwordSchema = z
  .string()
  .min(limits.passwordLengthLeast)
  .max(limits.summaryValueLength)
  .regex(/^[0-9A-Za-z]+$/);

/**
 * What a gateway calls itself (IDr) for devices with passwords: charon picks by it between the two
 * kinds of EAP. Null for one that is known by an address, since no name can be derived from that.
 */
export function passwordHost(host: string): string | null {
  const name = `pw.${host}`;
  return parseAddress(host) || name.length > limits.hostnameLength ? null : name;
}

export const ikev2SectionSchema = z.strictObject({
  /** What the gateway calls itself (IDr), and clients ask for: the host of its endpoint. */
  identity: z.string().min(1).max(limits.hostnameLength),
  /** Left out where devices have no passwords: what the gateway calls itself for those that do. */
  password: z.strictObject({ identity: z.string().min(1).max(limits.hostnameLength) }).optional(),
  /** For the key that the agent made; null until there is one, or when it shall ask anew. */
  certificate: certificateSchema.nullable(),
  /** The tenant's authorities whose devices come in, the newest first. */
  authorities: z
    .array(z.strictObject({ id: idSchema('authority'), certificate: certificateSchema }))
    .min(1)
    .max(limits.authoritiesPerTenant),
  /** Devices get their addresses from here, whichever are free. */
  pools: z.strictObject({ v4: anyPrefixSchema, v6: anyPrefixSchema }),
  /** What devices may reach through the tunnel. */
  routes: z.array(anyPrefixSchema).min(1).max(limits.routesPerGateway),
  dns: z.array(ipAddressSchema).max(4),
  /** Whether devices come in while there is no valid list of revoked certificates. */
  withoutRevocations: z.enum(['refuse', 'accept']),
});
export type Ikev2Section = z.infer<typeof ikev2SectionSchema>;

/** A device that may come in by IKEv2. */
export const ikev2PeerSchema = z.strictObject({
  id: idSchema('device'),
  identity: ikev2IdentitySchema,
  /** Its password; left out where it has a certificate. The digest leaves it out. */
  secret: passwordSchema.optional(),
});
export type Ikev2Peer = z.infer<typeof ikev2PeerSchema>;

export const ikev2ChangeSchema = z.strictObject({
  upsert: z.array(ikev2PeerSchema).max(limits.peersPerGateway),
  remove: z.array(idSchema('device')).max(limits.peersPerGateway),
  /** Digest of all once the document is applied, as `togglePeerDigest` makes it. */
  digest: z.string().regex(/^[0-9a-f]{32}$/),
  /** The revision that last revoked a certificate; the agent fetches the lists when it grows. */
  revocations: z.int().min(0),
});
export type Ikev2Change = z.infer<typeof ikev2ChangeSchema>;

/** What is hashed of one device for the digest of the set. */
export function ikev2DigestInput({ id, identity }: Ikev2Peer): string {
  return `${id} ${identity}`;
}

/** What the agent sends to get a certificate for the key that it made. */
export const certificateRequestSchema = z.strictObject({
  /** PKCS #10 (RFC 2986) in PEM. */
  certificateRequest: z.string().max(limits.certificateLength),
});
export type CertificateRequest = z.infer<typeof certificateRequestSchema>;

/** The answer: the certificate also comes with the next document. */
export const issuedCertificateSchema = z.strictObject({ certificate: certificateSchema });
export type IssuedCertificate = z.infer<typeof issuedCertificateSchema>;

/**
 * What a gateway signs (JWS, EdDSA, its identity key) when it has cut a device off. Times are Unix
 * milliseconds of the gateway's clock.
 */
export const revocationReceiptType = 'sallyport-receipt+jws';
export const revocationReceiptSchema = z.strictObject({
  gatewayId: idSchema('gateway'),
  deviceId: idSchema('device'),
  protocol: z.enum(['wireguard', 'ikev2']),
  /** The public key or the identity that is good no longer. */
  credential: z.string().max(limits.summaryValueLength),
  /** The revision that cut it. */
  revision: z.int().min(1),
  /** When no packet of it passed any more. */
  appliedAt: z.int(),
  /** When one passed last, as far as the gateway saw; null if none ever did. */
  lastSeenAt: z.int().nullable(),
});
export type RevocationReceipt = z.infer<typeof revocationReceiptSchema>;

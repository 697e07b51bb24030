// Devices, and what redeeming a link to one of them gives, as the API shows them.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { certificateSchema, deviceIdentitySchema, ikev2IdentitySchema } from './ikev2.ts';
import { limits } from './limits.ts';
import { platforms } from './platform.ts';
import { onDemandSchema, profileKinds } from './profile.ts';
import { timeSchema } from './tenant.ts';
import { nameSchema } from './text.ts';
import { mtuSchema, wireguardConnectionSchema, wireguardPublicKeySchema } from './wireguard.ts';

const gatewayIdsSchema = z.array(idSchema('gateway')).min(1).max(limits.gatewaysPerDevice);

export const createDeviceSchema = z.strictObject({
  /** Whose it is; a signed-in user may leave it out. */
  userId: idSchema('user').optional(),
  name: nameSchema,
  platform: z.enum(platforms).default('other'),
  /** Given by a client that made its own key pair; else the device waits for a link. */
  publicKey: wireguardPublicKeySchema.optional(),
  /** Gateways that shall serve it; all of the tenant's when left out. */
  gatewayIds: gatewayIdsSchema.optional(),
  /** When it is revoked by itself; never when left out. */
  expiresAt: timeSchema.optional(),
});
export type CreateDevice = z.infer<typeof createDeviceSchema>;

const { mode, excludedSsids, probe } = onDemandSchema.shape;
export const changeOnDemandSchema = z
  .strictObject({
    mode: mode.unwrap(),
    excludedSsids: excludedSsids.unwrap(),
    probe: probe.unwrap(),
  })
  .partial();

export const defaultOnDemand = onDemandSchema.parse({});

/** What is left out stays as it is. */
export const updateDeviceSchema = z
  .strictObject({
    name: nameSchema,
    platform: z.enum(platforms),
    onDemand: changeOnDemandSchema,
    /** The gateways that shall serve it from now on; its credential stays. */
    gatewayIds: gatewayIdsSchema,
    /** When it is revoked by itself; null for never. */
    expiresAt: timeSchema.nullable(),
  })
  .partial();
export type UpdateDevice = z.infer<typeof updateDeviceSchema>;

export const reissueDeviceSchema = z.strictObject({
  /** The new key; when left out the device is cut and waits for a link. */
  publicKey: wireguardPublicKeySchema.optional(),
});
export type ReissueDevice = z.infer<typeof reissueDeviceSchema>;

export const deviceSchema = z.strictObject({
  id: idSchema('device'),
  userId: idSchema('user'),
  name: z.string(),
  platform: z.enum(platforms),
  /** `pending` has no credential yet, `revoked` has none any more. */
  status: z.enum(['pending', 'active', 'revoked']),
  /** Of WireGuard; null when it has none. */
  publicKey: wireguardPublicKeySchema.nullable(),
  /** Its certificate or its password for IKEv2; null when it has neither. */
  ikev2: z
    .strictObject({
      identity: ikev2IdentitySchema,
      /** Of the certificate; null for a password, which stays until it is replaced or revoked. */
      expiresAt: timeSchema.nullable(),
    })
    .nullable(),
  /** When it is revoked by itself; null for never. */
  expiresAt: timeSchema.nullable(),
  /** When it connects by itself, as its next profile says where the client knows how. */
  onDemand: onDemandSchema,
  gatewayIds: z.array(idSchema('gateway')),
  revision: z.int(),
  createdAt: timeSchema,
});
export type Device = z.infer<typeof deviceSchema>;

export const deviceDetailSchema = z.strictObject({
  ...deviceSchema.shape,
  /** One per enrolled gateway that serves the device; empty unless it is active. */
  connections: z.array(wireguardConnectionSchema),
  traffic: z.array(
    z.strictObject({
      gatewayId: idSchema('gateway'),
      latestHandshake: timeSchema.nullable(),
      receivedBytes: z.int(),
      sentBytes: z.int(),
    }),
  ),
});
export type DeviceDetail = z.infer<typeof deviceDetailSchema>;

export const redeemLinkSchema = z.strictObject({
  token: z.string().min(1).max(limits.tokenLength),
  /** What the client shall import. */
  profile: z.enum(profileKinds).default('wireguard'),
  /** Given by a client of WireGuard that made its own key pair; else one is made in memory. */
  publicKey: wireguardPublicKeySchema.optional(),
  /** PKCS #10 in PEM, of a client of IKEv2 that made its own key pair; else likewise. */
  certificateRequest: z.string().max(limits.certificateLength).optional(),
});
export type RedeemLink = z.infer<typeof redeemLinkSchema>;

/** A file that a client imports. It may hold the private key, which exists nowhere else. */
export const profileSchema = z.strictObject({
  kind: z.enum(profileKinds),
  /** Null for a file of all gateways together. */
  gatewayId: idSchema('gateway').nullable(),
  gatewayName: z.string().nullable(),
  filename: z.string(),
  mediaType: z.string(),
  /** What `content` is: the text itself, or bytes in base64. */
  encoding: z.enum(['text', 'base64']),
  content: z.string(),
  /** The same text as a QR code, where phones scan it. */
  qrSvg: z.string().nullable(),
});
export type Profile = z.infer<typeof profileSchema>;

/** What a client of IKEv2 needs beside its own key. */
export const deviceCertificateSchema = z.strictObject({
  /** What the device calls itself (IDi). */
  identity: deviceIdentitySchema,
  certificate: certificateSchema,
  expiresAt: timeSchema,
  /** To be trusted for gateways, the oldest first. */
  authorities: z.array(certificateSchema),
  connections: z.array(
    z.strictObject({
      gatewayId: idSchema('gateway'),
      gatewayName: z.string(),
      /** Name or address of its endpoint; also what it calls itself (IDr). */
      host: z.string(),
      /** Which of `authorities` its certificate is from, counted from 0. */
      authority: z.int(),
      routes: z.array(z.string()),
      dns: z.array(z.string()),
      mtu: mtuSchema,
    }),
  ),
});
export type DeviceCertificate = z.infer<typeof deviceCertificateSchema>;

/** What a person types into a client that imports no more than a certificate. */
export const typedValuesSchema = z.strictObject({
  name: z.string(),
  /** As the system lists it among the types. */
  type: z.string(),
  server: z.string(),
  /** What the gateway has to call itself, where that is asked for besides the server. */
  remoteIdentifier: z.string().optional(),
  /** Also the name of the user, where there is a password. */
  identifier: z.string(),
  /** What the bundle is called among the certificates of the system. */
  certificate: z.string(),
});
export type TypedValues = z.infer<typeof typedValuesSchema>;

export const redeemedLinkSchema = z.strictObject({
  tenant: z.strictObject({
    id: idSchema('tenant'),
    name: z.string(),
    /** Of the portal, where profiles shall bring it along. */
    portalUrl: z.url().nullable(),
  }),
  device: deviceSchema,
  /** Of WireGuard; empty for a profile of IKEv2. */
  connections: z.array(wireguardConnectionSchema),
  /** Null for a profile of WireGuard, and for one with a password. */
  ikev2: deviceCertificateSchema.nullable(),
  /** Empty when the caller brought its own key. */
  profiles: z.array(profileSchema),
  /** What whoever imports or types the profiles is asked for; null where nothing is. */
  password: z.string().nullable(),
  /** For each gateway, what is typed; empty where the profiles say it all. */
  values: z.array(typedValuesSchema),
});
export type RedeemedLink = z.infer<typeof redeemedLinkSchema>;

// Devices, and what redeeming a link to one of them gives, as the API shows them.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { deviceIdentitySchema } from './ikev2.ts';
import { limits } from './limits.ts';
import { onDemandSchema, profileKinds } from './profile.ts';
import { timeSchema } from './tenant.ts';
import { nameSchema } from './text.ts';
import { wireguardConnectionSchema, wireguardPublicKeySchema } from './wireguard.ts';

export const platforms = ['ios', 'macos', 'windows', 'android', 'linux', 'other'] as const;
export type Platform = (typeof platforms)[number];

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
  /** Its certificate for IKEv2; null when it has none. */
  ikev2: z.strictObject({ identity: deviceIdentitySchema, expiresAt: timeSchema }).nullable(),
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
  /** Given by a client that made its own key pair; else one is made in memory and handed over. */
  publicKey: wireguardPublicKeySchema.optional(),
});
export type RedeemLink = z.infer<typeof redeemLinkSchema>;

/** A file that a client imports. It holds the private key, which exists nowhere else. */
export const profileSchema = z.strictObject({
  gatewayId: idSchema('gateway'),
  gatewayName: z.string(),
  kind: z.enum(profileKinds),
  filename: z.string(),
  mediaType: z.string(),
  text: z.string(),
  /** The same text as a QR code, which phones scan. */
  qrSvg: z.string(),
});
export type Profile = z.infer<typeof profileSchema>;

export const redeemedLinkSchema = z.strictObject({
  device: deviceSchema,
  connections: z.array(wireguardConnectionSchema),
  /** Empty when the caller brought its own public key. */
  profiles: z.array(profileSchema),
});
export type RedeemedLink = z.infer<typeof redeemedLinkSchema>;

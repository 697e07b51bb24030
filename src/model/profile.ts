// Profiles: the files that clients import, and what they are made of.

import { z } from 'zod';
import { ssidSchema } from './text.ts';

/** The kinds of files, by the client that takes them. */
export const profileKinds = [
  /** The WireGuard app: text and QR code. */
  'wireguard',
  /** iOS, iPadOS and macOS, no app: IKEv2. */
  'mobileconfig',
  /** The WireGuard app of iOS or macOS, with on-demand rules. */
  'wireguard-mobileconfig',
  /** Windows 10 and 11, no app: a PowerShell script. */
  'windows',
  /** The strongSwan app of Android. */
  'sswan',
  /** Android's own client: an RSA bundle and the values to type. */
  'android',
  /** NetworkManager, IKEv2 by strongSwan's plugin. */
  'networkmanager',
  /** NetworkManager, WireGuard. */
  'wireguard-networkmanager',
  /** strongSwan's swanctl: a folder as tar. */
  'swanctl',
  /** strongSwan's ipsec.conf, for old hosts: a folder as tar. */
  'ipsec',
] as const;
export type ProfileKind = (typeof profileKinds)[number];

/** When an Apple device connects by itself. */
export const onDemandSchema = z.strictObject({
  mode: z.enum(['off', 'always', 'wifi', 'cellular']).default('off'),
  /** Networks in which it stays disconnected. */
  excludedSsids: z.array(ssidSchema).max(32).default([]),
  /** Whether it waits until a captive portal lets it out. */
  probe: z.boolean().default(true),
});
export type OnDemand = z.infer<typeof onDemandSchema>;

/** A gateway as an IKEv2 client reaches it. */
export interface Ikev2Connection {
  gatewayId: string;
  gatewayName: string;
  /** Name or address of its endpoint; also what it calls itself (IDr). */
  host: string;
  routes: readonly string[];
  dns: readonly string[];
  mtu: number;
}

/** Everything that an IKEv2 profile is rendered from. Bytes are DER. */
export interface Ikev2ProfileInput {
  tenantId: string;
  tenantName: string;
  deviceId: string;
  deviceName: string;
  /** What the device calls itself (IDi): common name and e-mail name of its certificate. */
  identity: string;
  keyType: 'ec-p256' | 'ec-p384' | 'rsa-3072';
  certificate: Uint8Array;
  /** PKCS #8. */
  privateKey: Uint8Array;
  /** Unix time in milliseconds. */
  expiresAt: number;
  /** The authorities to trust, the one that gateways' certificates are from first. */
  authorities: readonly { certificate: Uint8Array; commonName: string }[];
  connections: readonly Ikev2Connection[];
  onDemand: OnDemand;
  /** Where a web clip leads, or null for none. */
  portalUrl: string | null;
  /** PKCS #12 of certificate and key, 3DES and SHA-1, which every reader takes. */
  pkcs12: Uint8Array;
  /** Of the PKCS #12: ASCII, random. */
  password: string;
  /** Makes the identifiers of one issue: random UUIDs. */
  uuid: () => string;
}

/** A file that was rendered. */
export interface RenderedProfile {
  kind: ProfileKind;
  filename: string;
  mediaType: string;
  content: string | Uint8Array;
}

// Profiles: the files that clients import, and what they are made of.

import { z } from 'zod';
import type { Platform } from './platform.ts';
import { ssidSchema } from './text.ts';
import type { WireguardConnection } from './wireguard.ts';

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
  /** iOS, iPadOS and macOS, no app: IKEv2 with a password. */
  'mobileconfig-password',
  /** Android's own client with a password: values to type. */
  'android-password',
  /** Any other client of IKEv2 with a password: values to type. */
  'password',
] as const;
export type ProfileKind = (typeof profileKinds)[number];

interface Ikev2Traits {
  protocol: 'ikev2';
  /** Of the device's key: elliptic where the client takes it, because it is made at once. */
  keyType: 'ec-p256' | 'rsa-3072';
  /** What its PKCS #12 holds besides key and certificate; null where it needs none. */
  bundle: 'device' | 'authorities' | null;
  /** Whether whoever imports it is asked for the password of the PKCS #12. */
  asksPassword: boolean;
  /** Whether it trusts, for each gateway, only the authority of the gateway's certificate. */
  oneRoot: boolean;
  /** Those whose own client it is for. */
  platforms: readonly Platform[];
}

interface WireguardTraits {
  protocol: 'wireguard';
  platforms: readonly Platform[];
}

const ikev2 = {
  protocol: 'ikev2',
  keyType: 'ec-p256',
  bundle: null,
  asksPassword: false,
  oneRoot: false,
} as const;
const wireguard = { protocol: 'wireguard' } as const;

/** Nothing is made on the device: the control plane makes the password. */
interface PasswordTraits {
  protocol: 'password';
  platforms: readonly Platform[];
}

/** What each kind needs before it can be rendered, and whom it is for. */
export const profileTraits = {
  wireguard: { ...wireguard, platforms: ['ios', 'macos', 'windows', 'android', 'linux', 'other'] },
  mobileconfig: { ...ikev2, bundle: 'device', platforms: ['ios', 'macos'] },
  'wireguard-mobileconfig': { ...wireguard, platforms: ['ios', 'macos'] },
  windows: { ...ikev2, bundle: 'device', platforms: ['windows'] },
  // The app asks Android for RSA keys alone.
  sswan: {
    ...ikev2,
    keyType: 'rsa-3072',
    bundle: 'device',
    asksPassword: true,
    oneRoot: true,
    platforms: ['android'],
  },
  android: {
    ...ikev2,
    keyType: 'rsa-3072',
    bundle: 'authorities',
    asksPassword: true,
    platforms: ['android'],
  },
  // Its plugin reads the first certificate of a file and no others.
  networkmanager: { ...ikev2, oneRoot: true, platforms: ['linux'] },
  'wireguard-networkmanager': { ...wireguard, platforms: ['linux'] },
  swanctl: { ...ikev2, platforms: ['linux'] },
  ipsec: { ...ikev2, platforms: ['linux'] },
  'mobileconfig-password': { protocol: 'password', platforms: ['ios', 'macos'] },
  'android-password': { protocol: 'password', platforms: ['android'] },
  // Not Windows: it never says whom it asks for, and gets the gateway that wants a certificate.
  password: { protocol: 'password', platforms: ['linux', 'other'] },
} as const satisfies Record<ProfileKind, Ikev2Traits | WireguardTraits | PasswordTraits>;

type KindOf<Protocol> = {
  [Kind in ProfileKind]: (typeof profileTraits)[Kind]['protocol'] extends Protocol ? Kind : never;
}[ProfileKind];
export type Ikev2ProfileKind = KindOf<'ikev2'>;
export type WireguardProfileKind = KindOf<'wireguard'>;
export type PasswordProfileKind = KindOf<'password'>;

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
  /** Which of the authorities its certificate is from, counted from 0. */
  authority: number;
  routes: readonly string[];
  dns: readonly string[];
  mtu: number;
}

/** Whom a profile is for, whatever its protocol. */
export interface ProfileSubject {
  tenantId: string;
  tenantName: string;
  deviceId: string;
  deviceName: string;
  onDemand: OnDemand;
  /** Where a web clip leads, or null for none. */
  portalUrl: string | null;
  /** When an Apple device forgets it by itself, in Unix milliseconds; null for never. */
  removeAt: number | null;
  /** Makes the identifiers of one issue: random UUIDs. */
  uuid: () => string;
}

/** Everything that a WireGuard profile is rendered from. */
export interface WireguardProfileInput extends ProfileSubject {
  connections: readonly WireguardConnection[];
  /** 32 bytes in base64. */
  privateKey: string;
}

/** Everything that an IKEv2 profile is rendered from. Bytes are DER. */
export interface Ikev2ProfileInput extends ProfileSubject {
  /** What the device calls itself (IDi): common name and e-mail name of its certificate. */
  identity: string;
  keyType: 'ec-p256' | 'ec-p384' | 'rsa-3072';
  certificate: Uint8Array;
  /** PKCS #8. */
  privateKey: Uint8Array;
  /** Unix time in milliseconds. */
  expiresAt: number;
  /** The authorities to trust. */
  authorities: readonly { certificate: Uint8Array; commonName: string }[];
  connections: readonly Ikev2Connection[];
  /** PKCS #12 of certificate and key, as the traits of the kind ask; empty where they ask none. */
  pkcs12: Uint8Array;
  /** Of the PKCS #12: ASCII, random. */
  password: string;
}

/** Everything that a profile with a password is rendered from. */
export interface PasswordProfileInput extends ProfileSubject {
  /** What the device calls itself (IDi), and its user name. */
  identity: string;
  password: string;
  /** As for certificates. Bytes are DER. */
  authorities: readonly { certificate: Uint8Array; commonName: string }[];
  /** Gateways that are known by names, all of them. */
  connections: readonly Ikev2Connection[];
}

/** A file that was rendered. */
export interface RenderedProfile {
  kind: ProfileKind;
  filename: string;
  mediaType: string;
  content: string | Uint8Array;
}

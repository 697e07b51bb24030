// Reads Apple's configuration profiles as iOS and macOS do, and hands the WireGuard app its part.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parsePlist } from 'plist';
import { z } from 'zod';
import type { ClientSettings } from './client-settings.ts';
import { everything, only, openBundle, pemOf, type Source } from './profile-source.ts';

const bytes = z.instanceof(Uint8Array);
const algorithmsSchema = z.object({
  EncryptionAlgorithm: z.literal('AES-256-GCM'),
  IntegrityAlgorithm: z.enum(['SHA2-256', 'SHA2-384']),
  DiffieHellmanGroup: z.literal([19, 20]),
});
const payloadsSchema = z.object({
  PayloadContent: z.array(z.looseObject({ PayloadType: z.string(), PayloadUUID: z.string() })),
});
type Payloads = z.infer<typeof payloadsSchema>['PayloadContent'];
const identityPayload = z.object({
  PayloadUUID: z.string(),
  PayloadContent: bytes,
  Password: z.string(),
});
const rootPayload = z.object({ PayloadContent: bytes });
const ikev2Schema = z.object({
  RemoteAddress: z.string(),
  RemoteIdentifier: z.string(),
  LocalIdentifier: z.string(),
  EnablePFS: z.int(),
  IKESecurityAssociationParameters: algorithmsSchema,
  ChildSecurityAssociationParameters: algorithmsSchema,
});
const certified = ikev2Schema.extend({
  AuthenticationMethod: z.literal('Certificate'),
  ExtendedAuthEnabled: z.literal(0),
  PayloadCertificateUUID: z.string(),
});
// Without a certificate, extended authentication is EAP-MSCHAPv2.
const withPassword = ikev2Schema.extend({
  AuthenticationMethod: z.literal('None'),
  ExtendedAuthEnabled: z.literal(1),
  PayloadCertificateUUID: z.undefined().optional(),
  AuthName: z.string(),
  AuthPassword: z.string(),
});

const groups = { 19: 'ecp256', 20: 'ecp384' } as const;
const functions = { 'SHA2-256': 'prfsha256', 'SHA2-384': 'prfsha384' } as const;

function ofType(payloads: Payloads, type: string): Payloads {
  return payloads.filter((one) => one.PayloadType === type);
}

/** The VPN's own part, whatever it proves itself with. */
function ikev2Of<Schema extends typeof ikev2Schema>(
  payloads: Payloads,
  schema: Schema,
): z.infer<Schema> {
  const vpn = only(ofType(payloads, 'com.apple.vpn.managed'), 'VPNs');
  const { IKEv2 } = z.object({ VPNType: z.literal('IKEv2'), IKEv2: z.unknown() }).parse(vpn);
  return schema.parse(IKEv2);
}

function settingsOf(ikev2: z.infer<typeof ikev2Schema>, payloads: Payloads) {
  const roots = ofType(payloads, 'com.apple.security.root').map((one) => rootPayload.parse(one));
  const ike = ikev2.IKESecurityAssociationParameters;
  const child = ikev2.ChildSecurityAssociationParameters;
  const pfs = ikev2.EnablePFS === 1 ? `-${groups[child.DiffieHellmanGroup]}` : '';
  return {
    host: ikev2.RemoteAddress,
    remoteIdentity: ikev2.RemoteIdentifier,
    localIdentity: ikev2.LocalIdentifier,
    ike: `aes256gcm16-${functions[ike.IntegrityAlgorithm]}-${groups[ike.DiffieHellmanGroup]}`,
    esp: `aes256gcm16${pfs}`,
    authorities: roots.map((root) => pemOf(root.PayloadContent)),
    remote: everything,
  } satisfies Omit<ClientSettings, 'proof'>;
}

function payloadsOf(xml: string): Payloads {
  return payloadsSchema.parse(parsePlist(xml)).PayloadContent;
}

/** iOS and macOS: the signature is taken off, the identity is an e-mail name. */
export async function readMobileconfig(source: Source): Promise<ClientSettings> {
  const { node, path, scratch } = source;
  const plain = join(scratch, 'profile.plist');
  const unwrap = ['openssl', 'cms', '-verify', '-noverify', '-inform', 'DER', '-in', path];
  await node.exec([...unwrap, '-out', plain]);
  const payloads = payloadsOf(readFileSync(plain, 'utf8'));
  const ikev2 = ikev2Of(payloads, certified);
  const identities = ofType(payloads, 'com.apple.security.pkcs12').map((one) =>
    identityPayload.parse(one),
  );
  const identity = only(
    identities.filter(({ PayloadUUID }) => PayloadUUID === ikev2.PayloadCertificateUUID),
    'identities that the VPN names',
  );
  const { proof } = await openBundle(source, identity.PayloadContent, identity.Password);
  return { ...settingsOf(ikev2, payloads), proof };
}

/** The same, with a password in place of an identity; nobody signs it. */
export async function readPasswordMobileconfig({ content }: Source): Promise<ClientSettings> {
  const payloads = payloadsOf(content.toString('utf8'));
  const ikev2 = ikev2Of(payloads, withPassword);
  const proof = { user: ikev2.AuthName, password: ikev2.AuthPassword };
  return { ...settingsOf(ikev2, payloads), proof };
}

const wireguardVpn = z.object({
  VPNType: z.literal('VPN'),
  VPNSubType: z.enum(['com.wireguard.ios', 'com.wireguard.macos']),
  VendorConfig: z.object({ WgQuickConfig: z.string() }),
});

/** What the WireGuard app of iOS gets from those profiles that are for it: the text of wg-quick. */
export function readWireguardMobileconfig(files: readonly string[]): string {
  const vpns = files
    .flatMap((xml) => ofType(payloadsOf(xml), 'com.apple.vpn.managed'))
    .map((one) => wireguardVpn.parse(one))
    .filter(({ VPNSubType }) => VPNSubType === 'com.wireguard.ios');
  return only(vpns, 'VPNs of the app').VendorConfig.WgQuickConfig;
}

// The profiles of a credential that was just issued. Its private key is in them and nowhere else.

import type { Profile, TypedValues } from '../../model/device.ts';
import { toBase64, toHex } from '../../model/encoding.ts';
import type { RandomBytes } from '../../model/ids.ts';
import type {
  Ikev2ProfileKind,
  PasswordProfileInput,
  PasswordProfileKind,
  ProfileKind,
  RenderedProfile,
  WireguardProfileInput,
  WireguardProfileKind,
} from '../../model/profile.ts';
import { signCms } from '../../pki/cms.ts';
import type { Bytes } from '../../pki/der.ts';
import { type GeneratedKey, importSigner } from '../../pki/key.ts';
import { makePkcs12, newBundlePassword } from '../../pki/pkcs12.ts';
import { type IssuedIkev2, renderIssued } from '../../render/client/issued.ts';
import { passwordValues } from '../../render/client/password.ts';
import { renderProfiles, type SignProfile } from '../../render/client/profiles.ts';
import { qrSvg } from '../../render/client/qr.ts';
import type { Services } from '../services.ts';

/** A random UUID (RFC 9562 §5.4). */
export function randomUuid(random: RandomBytes): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Kinds that have a file for each gateway, in their order. */
const perGateway: readonly ProfileKind[] = ['wireguard', 'wireguard-networkmanager', 'sswan'];

type ProfileServices = Pick<Services, 'random' | 'now' | 'profileSigner'>;

interface Named {
  gatewayId: string;
  gatewayName: string;
}

function profileViews(files: readonly RenderedProfile[], connections: readonly Named[]): Profile[] {
  return files.map(({ kind, filename, mediaType, content }, index) => {
    const to = perGateway.includes(kind) ? connections[index] : undefined;
    const isText = typeof content === 'string';
    return {
      kind,
      gatewayId: to?.gatewayId ?? null,
      gatewayName: to?.gatewayName ?? null,
      filename,
      mediaType,
      encoding: isText ? 'text' : 'base64',
      content: isText ? content : toBase64(content),
      qrSvg:
        isText && kind === 'wireguard'
          ? qrSvg(content, `QR code of the profile ${filename}`)
          : null,
    };
  });
}

/** As the operator, where they have a certificate for it. */
function operatorSign({ profileSigner, now }: ProfileServices): SignProfile {
  return profileSigner && ((content) => profileSigner.sign(content, now()));
}

/** The files of a kind for a device's new key pair of WireGuard. */
export async function wireguardProfiles(
  services: ProfileServices,
  kind: WireguardProfileKind,
  input: WireguardProfileInput,
): Promise<Profile[]> {
  return profileViews(
    await renderProfiles({ kind, input }, operatorSign(services)),
    input.connections,
  );
}

export interface IssuedProfiles {
  profiles: Profile[];
  /** What the importer will ask for, or null where it asks nothing. */
  password: string | null;
  values: TypedValues[];
}

/** What the device's certificate was issued for, and with. */
export interface IssuedKey extends GeneratedKey {
  certificate: Bytes;
  authorities: readonly { certificate: Bytes; commonName: string }[];
}

/**
 * The files of a kind for a device's new certificate. Apple's are signed by the operator, or else
 * by the device itself.
 */
export async function ikev2Profiles(
  services: ProfileServices,
  kind: Ikev2ProfileKind,
  issued: Omit<IssuedIkev2, keyof IssuedKey> & IssuedKey,
): Promise<IssuedProfiles> {
  const { random, now } = services;
  const chain = [issued.certificate, ...issued.authorities.map((one) => one.certificate)];
  const { files, ...rest } = await renderIssued(kind, issued, {
    newPassword: () => newBundlePassword(random),
    makePkcs12: (bundle) => makePkcs12({ ...bundle, random }),
    sign:
      operatorSign(services) ??
      (async (content) => signCms(content, await importSigner(issued), chain, now())),
  });
  return { profiles: profileViews(files, issued.connections), ...rest };
}

/** The files of a kind for a device's new password, and what is typed. */
export async function passwordProfiles(
  services: ProfileServices,
  kind: PasswordProfileKind,
  input: PasswordProfileInput,
): Promise<IssuedProfiles> {
  const files = await renderProfiles({ kind, input }, operatorSign(services));
  const isTyped = kind !== 'mobileconfig-password';
  return {
    profiles: profileViews(files, input.connections),
    password: isTyped ? input.password : null,
    values: isTyped ? passwordValues(kind, input) : [],
  };
}

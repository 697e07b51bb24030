// The profiles of a credential that was just issued. Its private key is in them and nowhere else.

import type { Profile } from '../../model/device.ts';
import {
  type Ikev2ProfileInput,
  type Ikev2ProfileKind,
  profileTraits,
  type RenderedProfile,
} from '../../model/profile.ts';
import type { WireguardConnection } from '../../model/wireguard.ts';
import { signCms } from '../../pki/cms.ts';
import type { Bytes } from '../../pki/der.ts';
import { importSigner, type Signer } from '../../pki/key.ts';
import { makePkcs12, newBundlePassword } from '../../pki/pkcs12.ts';
import { bundleName } from '../../render/client/android.ts';
import { wireguardFilenames } from '../../render/client/filename.ts';
import { renderProfiles } from '../../render/client/profiles.ts';
import { qrSvg } from '../../render/client/qr.ts';
import { renderWireguardClient } from '../../render/client/wireguard.ts';
import type { Services } from '../services.ts';

/** Files and QR codes for the WireGuard app, one for each gateway. */
export function wireguardProfiles(
  connections: readonly WireguardConnection[],
  privateKey: string,
): Profile[] {
  const filenames = wireguardFilenames(connections.map(({ gatewayName }) => gatewayName));
  return connections.map((connection, index) => {
    const filename = filenames[index] ?? '';
    const text = renderWireguardClient(connection, privateKey);
    return {
      gatewayId: connection.gatewayId,
      gatewayName: connection.gatewayName,
      kind: 'wireguard',
      filename,
      mediaType: 'application/octet-stream',
      text,
      qrSvg: qrSvg(text, `QR code of the profile ${filename}`),
    };
  });
}

/** What the profiles are made of before there is a bundle: the rest is made here. */
export type IssuedIkev2 = Omit<
  Ikev2ProfileInput,
  'certificate' | 'privateKey' | 'authorities' | 'pkcs12' | 'password'
> & {
  certificate: Bytes;
  privateKey: Bytes;
  /** SubjectPublicKeyInfo of the key. */
  spki: Bytes;
  authorities: readonly { certificate: Bytes; commonName: string }[];
};

/** Who signs Apple's profiles: a certificate that systems trust, and those up to its root. */
export interface ProfileSigner {
  signer: Signer;
  certificates: readonly Bytes[];
}

/** The device itself, by the authority that the profile brings along. */
async function ownSigner(issued: IssuedIkev2): Promise<ProfileSigner> {
  const { certificate, authorities } = issued;
  return {
    signer: await importSigner(issued),
    certificates: [certificate, ...authorities.map((authority) => authority.certificate)],
  };
}

export interface IssuedProfiles {
  profiles: RenderedProfile[];
  /** What the importer will ask for, or null where it asks nothing. */
  password: string | null;
}

/** The files of a kind for a device's new certificate. */
export async function ikev2Profiles(
  { random, now }: Pick<Services, 'random' | 'now'>,
  kind: Ikev2ProfileKind,
  issued: IssuedIkev2,
  trusted: ProfileSigner | null = null,
): Promise<IssuedProfiles> {
  const { bundle, asksPassword } = profileTraits[kind];
  const { certificate, privateKey, authorities } = issued;
  const password = newBundlePassword(random);
  const along = bundle === 'authorities' ? authorities : [];
  const draft = {
    certificate,
    privateKey,
    authorities: along.map((authority) => authority.certificate),
    name: bundleName(issued),
    password,
    random,
  };
  const pkcs12 = bundle === null ? new Uint8Array() : await makePkcs12(draft);
  const { signer, certificates } = trusted ?? (await ownSigner(issued));
  const profiles = await renderProfiles({ kind, input: { ...issued, pkcs12, password } }, (text) =>
    signCms(text, signer, certificates, now()),
  );
  return { profiles, password: asksPassword ? password : null };
}

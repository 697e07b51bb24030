// The files of a kind for a certificate that was just issued. Bundles and signatures take keys, so
// whoever has them says how they are made.

import {
  type Ikev2ProfileInput,
  type Ikev2ProfileKind,
  profileTraits,
  type RenderedProfile,
} from '../../model/profile.ts';
import { type AndroidValues, androidValues, bundleName } from './android.ts';
import { renderProfiles } from './profiles.ts';

/** What the profiles are made of before there is a bundle: the rest is made here. */
export type IssuedIkev2 = Omit<Ikev2ProfileInput, 'pkcs12' | 'password'>;

export interface Bundle {
  certificate: Uint8Array;
  privateKey: Uint8Array;
  /** Certificates that go along. */
  authorities: readonly Uint8Array[];
  name: string;
  password: string;
}

export interface Workshop {
  newPassword(): string;
  makePkcs12(bundle: Bundle): Promise<Uint8Array>;
  /** Puts a file into a signature around it. */
  sign(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

export interface IssuedFiles {
  files: RenderedProfile[];
  /** What the importer will ask for, or null where it asks nothing. */
  password: string | null;
  values: AndroidValues[];
}

export async function renderIssued(
  kind: Ikev2ProfileKind,
  issued: IssuedIkev2,
  workshop: Workshop,
): Promise<IssuedFiles> {
  const { bundle, asksPassword } = profileTraits[kind];
  const { certificate, privateKey, authorities } = issued;
  const password = workshop.newPassword();
  const along = bundle === 'authorities' ? authorities : [];
  const draft = {
    certificate,
    privateKey,
    authorities: along.map((authority) => authority.certificate),
    name: bundleName(issued),
    password,
  };
  const pkcs12 = bundle === null ? new Uint8Array() : await workshop.makePkcs12(draft);
  const input = { ...issued, pkcs12, password };
  return {
    files: await renderProfiles({ kind, input }, (content) => workshop.sign(content)),
    password: asksPassword ? password : null,
    values: kind === 'android' ? androidValues(issued) : [],
  };
}

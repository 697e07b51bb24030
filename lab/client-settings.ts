// What clients of IKEv2 are given, and what they make of it.

import type { Ikev2ProfileKind, PasswordProfileKind } from '../src/model/profile.ts';

/** What a client proves itself with. */
export interface CertificateProof {
  /** PEM. */
  certificate: string;
  privateKey: string;
}
export interface PasswordProof {
  user: string;
  password: string;
}

/** What a client has of a profile, and puts into its messages. */
export interface ClientSettings {
  /** Where the gateway is. */
  host: string;
  /** What the gateway is asked for (IDr); undefined where the client asks for nobody. */
  remoteIdentity: string | undefined;
  /** What the client says it is (IDi); undefined where it says its certificate's whole name. */
  localIdentity: string | undefined;
  ike: string;
  esp: string;
  proof: CertificateProof | PasswordProof;
  /** PEM. */
  authorities: readonly string[];
  /** What it asks to reach. */
  remote: readonly string[];
}

export interface ClientFile {
  kind: Ikev2ProfileKind | PasswordProfileKind;
  /** One for most kinds. */
  paths: readonly string[];
  /** Of the PKCS #12, where the importer asks for it; or the device's own. */
  password?: string | undefined;
  /** What a person types into clients that import no settings. */
  typed?: { server: string; remoteIdentifier?: string | undefined; identifier: string } | undefined;
}

// Signed files (CMS SignedData, RFC 5652), with the content inside: how Apple wants profiles.

import {
  type Bytes,
  children,
  explicit,
  integer,
  octetString,
  oid,
  readOne,
  sequence,
  set,
  tags,
  time,
  tlv,
} from './der.ts';
import type { Signer } from './key.ts';

const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
} as const;

/** Signs everybody's profiles, as somebody whom their systems may know. */
export interface ProfileSigner {
  /** @param at when it is signed, in Unix milliseconds */
  sign(content: Bytes, at: number): Promise<Bytes>;
  /** When its certificate ends, in Unix milliseconds. */
  expiresAt: number;
}

/** Issuer and serial number of a certificate, which name it. */
function nameOf(certificate: Bytes): Bytes {
  const [body] = children(readOne(certificate, tags.sequence), 3);
  const fields = children(body, 6);
  const [, serial, , issuer] = fields;
  if (!serial || !issuer) throw new Error('the certificate has no serial number or issuer');
  return sequence(issuer.whole, serial.whole);
}

function compare(a: Bytes, b: Bytes): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/**
 * The content with a signature.
 * @param certificates the signer's own first, then those up to a root
 * @param at when it is signed, in Unix milliseconds
 */
export async function signCms(
  content: Bytes,
  signer: Signer,
  certificates: readonly Bytes[],
  at: number,
): Promise<Bytes> {
  const [own] = certificates;
  if (!own) throw new Error('whoever signs needs a certificate');
  const digestAlgorithm = sequence(oid(oids[signer.hash]));
  const digest = new Uint8Array(await crypto.subtle.digest(signer.hash, content));
  const attribute = (type: string, value: Bytes) => sequence(oid(type), set(value));
  // DER sorts the members of a set.
  const attributes = [
    attribute(oids.contentType, oid(oids.data)),
    attribute(oids.signingTime, time(at)),
    attribute(oids.messageDigest, octetString(digest)),
  ].sort(compare);
  const signature = await signer.sign(set(...attributes));
  const signerInfo = sequence(
    integer(1),
    nameOf(own),
    digestAlgorithm,
    tlv(0xa0, ...attributes),
    signer.algorithm,
    octetString(signature),
  );
  const signedData = sequence(
    integer(1),
    set(digestAlgorithm),
    sequence(oid(oids.data), explicit(0, octetString(content))),
    tlv(0xa0, ...certificates),
    set(signerInfo),
  );
  return sequence(oid(oids.signedData), explicit(0, signedData));
}

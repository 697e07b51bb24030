// Certification requests (PKCS #10, RFC 2986): what is sent so that a key gets a certificate.
// Of what it asks, only the key counts; the names are ours to give.

import { fromBase64, toPem } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import {
  type Bytes,
  bitString,
  children,
  explicit,
  integer,
  readBitString,
  readOne,
  sequence,
  tags,
} from './der.ts';
import { refuseWeak, type Signer, verifySignature } from './key.ts';

/** RFC 7468 §7; some programs write NEW. */
const label = '(?:NEW )?CERTIFICATE REQUEST-----';
const pemPattern = new RegExp(`^\\s*-----BEGIN ${label}([A-Za-z0-9+/=\\s]+)-----END ${label}\\s*$`);

function refuse(rule: string): SallyportError {
  return new SallyportError('invalid_input', `The certificate request ${rule}.`, {
    wayOut: 'Make the key and the request anew.',
    problems: [{ field: 'certificateRequest', rule }],
  });
}

/**
 * The public key that asks, of which it is proven that whoever asks has the private one.
 * @throws SallyportError `invalid_input`
 */
export async function readCertificateRequest(pem: string): Promise<Bytes> {
  const der = fromBase64(pemPattern.exec(pem)?.[1]?.replaceAll(/\s/g, '') ?? '=');
  if (!der) throw refuse('must be a PKCS #10 request in PEM');
  const [body, algorithm, signature] = children(readOne(der, tags.sequence), 3);
  const spki = children(body, 3)[2]?.whole ?? new Uint8Array();
  refuseWeak(spki);
  const whole = body?.whole ?? new Uint8Array();
  const kind = algorithm?.whole ?? new Uint8Array();
  if (!(await verifySignature(spki, kind, readBitString(signature), whole)))
    throw refuse('must be signed by the key that it is for');
  return spki;
}

/** A request in PEM, which names nobody: whoever issues the certificate gives the names. */
export async function makeCertificateRequest({ spki, algorithm, sign }: Signer): Promise<string> {
  const body = sequence(integer(0), sequence(), spki, explicit(0));
  const whole = sequence(body, algorithm, bitString(await sign(body)));
  return toPem('CERTIFICATE REQUEST', whole);
}

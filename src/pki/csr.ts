// Certification requests (PKCS #10, RFC 2986): what a VM sends so that its key gets a certificate.
// Of what it asks, only the key counts; the names are ours to give.

import { fromBase64 } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { type Bytes, children, readBitString, readOne, tags } from './der.ts';
import { refuseWeak, verifySignature } from './key.ts';

/** RFC 7468 §7; some programs write NEW. */
const label = '(?:NEW )?CERTIFICATE REQUEST-----';
const pemPattern = new RegExp(`^\\s*-----BEGIN ${label}([A-Za-z0-9+/=\\s]+)-----END ${label}\\s*$`);

function refuse(rule: string): SallyportError {
  return new SallyportError('invalid_input', `The certificate request ${rule}.`, {
    wayOut: 'Let the agent make its key and request anew.',
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

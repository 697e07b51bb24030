// @peculiar/x509, a second opinion beside OpenSSL. It must be loaded through here.

import 'reflect-metadata';
import {
  cryptoProvider,
  Pkcs10CertificateRequestGenerator,
  X509Certificate,
  X509Crl,
} from '@peculiar/x509';

cryptoProvider.set(globalThis.crypto);

export { X509Certificate, X509Crl };

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** A request as an agent makes it, for a key that nobody keeps. */
export async function certificateRequest(name = 'CN=whoever'): Promise<string> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const draft = { name, keys, signingAlgorithm };
  return (await Pkcs10CertificateRequestGenerator.create(draft)).toString('pem');
}

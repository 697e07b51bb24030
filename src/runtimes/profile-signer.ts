// The operator's own certificate for signing profiles: one that Apple's systems trust, so that they
// call a profile verified. It is read once, when the control plane starts.

import { z } from 'zod';
import { fromBase64 } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import { parseInput } from '../model/problems.ts';
import { readCertificate } from '../pki/certificate.ts';
import { type ProfileSigner, signCms } from '../pki/cms.ts';
import { type Bytes, children, integer, octetString, readOne, sequence, tags } from '../pki/der.ts';
import { importSigner, type Signer, verifySignature } from '../pki/key.ts';

const certificateName = 'SALLYPORT_PROFILE_CERTIFICATE';
const keyName = 'SALLYPORT_PROFILE_KEY';

/** The PEM itself, or the paths of its files. */
export interface ProfileSigning {
  certificate: string;
  key: string;
}

const settingsSchema = z
  .object({ [certificateName]: z.string().optional(), [keyName]: z.string().optional() })
  .transform((env, context): ProfileSigning | undefined => {
    const [certificate, key] = [env[certificateName], env[keyName]];
    if (certificate === undefined && key === undefined) return undefined;
    if (certificate !== undefined && key !== undefined) return { certificate, key };
    const [missing, other] =
      key === undefined ? [keyName, certificateName] : [certificateName, keyName];
    const message = `is required with ${other}`;
    context.addIssue({ code: 'custom', path: [missing], message });
    return z.NEVER;
  });

/** @throws SallyportError `invalid_input` that names the setting, never its value */
export function readProfileSigning(
  variables: Record<string, string>,
  what: string,
): ProfileSigning | undefined {
  return parseInput(settingsSchema, variables, what);
}

function refuse(setting: string, rule: string, wayOut: string, cause?: unknown): SallyportError {
  const problems = [{ field: setting, rule }];
  return new SallyportError('misconfigured', `${setting} ${rule}.`, { wayOut, problems, cause });
}

const pemPattern = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;

/** What of a PEM has a label of this kind, in its order. */
function blocks(pem: string, label: RegExp): { label: string; der: Bytes }[] {
  return [...pem.matchAll(pemPattern)].flatMap(([, name = '', text = '']) => {
    const der = label.test(name) ? fromBase64(text.replaceAll(/\s/g, '')) : undefined;
    return der ? [{ label: name, der }] : [];
  });
}

function readChain(pem: string): [Bytes, ...Bytes[]] {
  const [own, ...rest] = blocks(pem, /^CERTIFICATE$/).map(({ der }) => der);
  if (own && rest.length < limits.profileCertificatesMost) return [own, ...rest];
  throw refuse(
    certificateName,
    `must be 1 to ${limits.profileCertificatesMost} certificates in PEM`,
    'Give the certificate first, then those between it and the root: "fullchain.pem".',
  );
}

/** PKCS #8, into which the older forms are put. */
function readKey(pem: string, spki: Bytes): Bytes {
  const [first] = blocks(pem, /PRIVATE KEY$/);
  if (!first || first.label === 'ENCRYPTED PRIVATE KEY')
    throw refuse(
      keyName,
      'must be a private key in PEM that no password protects',
      'Take the password off: openssl pkcs8 -topk8 -nocrypt -in key.pem -out plain.pem',
    );
  if (first.label === 'PRIVATE KEY') return first.der;
  const [algorithm] = children(readOne(spki, tags.sequence), 2);
  return sequence(integer(0), algorithm?.whole ?? new Uint8Array(), octetString(first.der));
}

/** Whether it signs what its certificate verifies. */
async function fits(signer: Signer): Promise<boolean> {
  const probe = new Uint8Array(32);
  return verifySignature(signer.spki, signer.algorithm, await signer.sign(probe), probe);
}

async function signerOf(key: string, spki: Bytes): Promise<Signer> {
  const privateKey = readKey(key, spki);
  // An error of the platform may tell of the key: it goes no further.
  const signer = await importSigner({ privateKey, spki }).catch(() => undefined);
  if (signer && (await fits(signer).catch(() => false))) return signer;
  throw refuse(
    keyName,
    `must be the key of the first certificate in ${certificateName}, RSA or ECDSA (P-256, P-384)`,
    'Give the certificate and the key that were made together, as after a renewal.',
  );
}

/**
 * @param pem the certificates, the signer's own first, and its key
 * @throws SallyportError `misconfigured` that names the setting, never its value
 */
export async function createProfileSigner(pem: ProfileSigning): Promise<ProfileSigner> {
  const chain = readChain(pem.certificate);
  const read = () => {
    try {
      return readCertificate(chain[0]);
    } catch (error) {
      throw refuse(certificateName, 'holds no certificate', 'Take it from its issuer anew.', error);
    }
  };
  const { spki, notAfter } = read();
  const signer = await signerOf(pem.key, spki);
  return {
    expiresAt: notAfter,
    sign: (content, at) => signCms(content, signer, chain, at),
  };
}

const dayMilliseconds = 24 * 3_600_000;

/** Tells the operator in time. Profiles are signed all the same: each system decides for itself. */
export function warnOfExpiry(signer: ProfileSigner | null, now: number, log: Log): void {
  if (!signer) return;
  const { expiresAt } = signer;
  const daysLeft = Math.floor((expiresAt - now) / dayMilliseconds);
  if (daysLeft >= limits.profileCertificateWarningDays) return;
  const message = daysLeft < 0 ? 'profile_certificate.expired' : 'profile_certificate.expires';
  const wayOut = `Renew ${certificateName} and restart: devices call profiles unverified else.`;
  log.error({ expiresAt: new Date(expiresAt).toISOString(), wayOut }, message);
}

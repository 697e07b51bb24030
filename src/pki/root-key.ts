// The keys of the control plane come from one root secret: signing of desired state and links, and
// sealing, unless there are keys of its own for that. One thing to keep.

import { base64url, exportJWK, importPKCS8 } from 'jose';
import { toBase64, toHex, toUtf8 } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { rootSealingKey, type SealingSecret } from '../model/sealing.ts';
import { createSealer, importSealingKey, type Sealer } from './seal.ts';

export const rootKeyBytes = 32;

/** HKDF-SHA-256 (RFC 5869) of the root key for one purpose. */
async function derive(rootKey: Uint8Array<ArrayBuffer>, purpose: string): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', rootKey, 'HKDF', false, ['deriveBits']);
  const salt = toUtf8('sallyport');
  const info = toUtf8(purpose);
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt, info },
    key,
    256,
  );
  return new Uint8Array(bits);
}

/** Signs with Ed25519 (RFC 8032); at once, where the runtime can. */
export type Sign = (message: Uint8Array<ArrayBuffer>) => Uint8Array | Promise<Uint8Array>;

/** @param privateKey PKCS #8 (RFC 8410) */
export type MakeSign = (privateKey: Uint8Array<ArrayBuffer>) => Sign | Promise<Sign>;

const signByWebCrypto: MakeSign = async (privateKey) => {
  const key = await crypto.subtle.importKey('pkcs8', privateKey, 'Ed25519', false, ['sign']);
  return async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, message));
};

export interface SigningKey {
  kid: string;
  sign: Sign;
  /** Ed25519, 32 bytes in base64url. */
  publicKey: string;
}

// RFC 8410 §7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8.
const pkcs8Head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

async function signingKey(seed: Uint8Array, makeSign: MakeSign): Promise<SigningKey> {
  const der = new Uint8Array([...pkcs8Head, ...seed]);
  const pem = `-----BEGIN PRIVATE KEY-----\n${toBase64(der)}\n-----END PRIVATE KEY-----`;
  const { x = '' } = await exportJWK(await importPKCS8(pem, 'EdDSA', { extractable: true }));
  const digest = await crypto.subtle.digest('SHA-256', base64url.decode(x).slice());
  return {
    kid: toHex(new Uint8Array(digest).subarray(0, 8)),
    sign: await makeSign(der),
    publicKey: x,
  };
}

/** The root's own key comes last: it seals only when there is no other, and opens for ever. */
async function sealerOf(
  rootKey: Uint8Array<ArrayBuffer>,
  secrets: readonly SealingSecret[],
): Promise<Sealer> {
  const bytes = new Uint8Array(await derive(rootKey, 'sealing: AES-256-GCM'));
  const root = await importSealingKey({ id: rootSealingKey, bytes });
  const [newest = root, ...older] = await Promise.all(secrets.map(importSealingKey));
  return createSealer([newest, ...older, root]);
}

export interface Keys {
  state: SigningKey;
  /** HMAC key of links. */
  link: Uint8Array;
  sealer: Sealer;
}

/**
 * The control plane's keys.
 * @param makeSign how the runtime signs desired state
 * @param sealing keys for sealing, the newest first
 * @throws SallyportError `invalid_input` when the root key has the wrong length
 */
export async function keysFrom(
  rootKey: Uint8Array<ArrayBuffer>,
  makeSign: MakeSign = signByWebCrypto,
  sealing: readonly SealingSecret[] = [],
): Promise<Keys> {
  if (rootKey.length !== rootKeyBytes)
    throw new SallyportError('invalid_input', `The root key must be ${rootKeyBytes} bytes long.`);
  return {
    state: await signingKey(await derive(rootKey, 'desired state: Ed25519'), makeSign),
    link: await derive(rootKey, 'links: HMAC-SHA-256'),
    sealer: await sealerOf(rootKey, sealing),
  };
}

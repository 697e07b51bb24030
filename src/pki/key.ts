// Keys of certificates: which kinds there are, how they sign, and how others' are checked.

import { SallyportError } from '../model/errors.ts';
import {
  type Bytes,
  children,
  concat,
  integer,
  nothing,
  oid,
  readAll,
  readBitString,
  readOid,
  readOne,
  sequence,
  tags,
} from './der.ts';

export const keyTypes = ['ec-p256', 'ec-p384', 'rsa-3072'] as const;
export type KeyType = (typeof keyTypes)[number];

const oids = {
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  p384: '1.3.132.0.34',
  rsaEncryption: '1.2.840.113549.1.1.1',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  ecdsaSha384: '1.2.840.10045.4.3.3',
  rsaSha256: '1.2.840.113549.1.1.11',
  rsaSha384: '1.2.840.113549.1.1.12',
  rsaSha512: '1.2.840.113549.1.1.13',
} as const;

interface Curve {
  name: 'P-256' | 'P-384';
  hash: 'SHA-256' | 'SHA-384';
  signature: string;
  /** Octets of a coordinate. */
  size: number;
}

const curves: Readonly<Record<string, Curve>> = {
  [oids.p256]: { name: 'P-256', hash: 'SHA-256', signature: oids.ecdsaSha256, size: 32 },
  [oids.p384]: { name: 'P-384', hash: 'SHA-384', signature: oids.ecdsaSha384, size: 48 },
};

/** A key that signs: certificates, revocation lists, profiles. */
export interface Signer {
  /** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
  spki: Bytes;
  /** AlgorithmIdentifier of its signatures. */
  algorithm: Bytes;
  hash: 'SHA-256' | 'SHA-384';
  /** The signature as certificates hold it. */
  sign(data: Bytes): Promise<Bytes>;
}

const rsaParameters = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

function generateParameters(type: KeyType) {
  if (type === 'rsa-3072')
    return { ...rsaParameters, modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) };
  return { name: 'ECDSA', namedCurve: type === 'ec-p256' ? 'P-256' : 'P-384' };
}

export interface GeneratedKey {
  /** PKCS #8 (RFC 5958). */
  privateKey: Bytes;
  spki: Bytes;
}

export async function generateKey(type: KeyType): Promise<GeneratedKey> {
  const pair = await crypto.subtle.generateKey(generateParameters(type), true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error(`${type} gave no key pair`);
  const [privateKey, spki] = await Promise.all([
    crypto.subtle.exportKey('pkcs8', pair.privateKey),
    crypto.subtle.exportKey('spki', pair.publicKey),
  ]);
  return { privateKey: new Uint8Array(privateKey), spki: new Uint8Array(spki) };
}

/** Of RSA keys, in bits: shorter ones get no certificate. */
const leastRsaBits = 3072;

/** What kind of key a SubjectPublicKeyInfo holds. */
interface PublicKey {
  curve: Curve | undefined;
  /** Of an RSA key. */
  modulusBits: number;
}

/** @throws SallyportError `invalid_input` when it is malformed or of a kind that is not used */
export function readPublicKey(spki: Bytes): PublicKey {
  const [algorithm, key] = children(readOne(spki, tags.sequence), 2);
  const [kind, parameters] = children(algorithm, 1);
  switch (readOid(kind)) {
    case oids.ecPublicKey: {
      const curve = curves[readOid(parameters)];
      if (curve) return { curve, modulusBits: 0 };
      break;
    }
    case oids.rsaEncryption: {
      const [modulus] = children(readOne(readBitString(key), tags.sequence), 2);
      const bytes = modulus?.contents ?? new Uint8Array();
      const leading = bytes[0] === 0 ? bytes.subarray(1) : bytes;
      return { curve: undefined, modulusBits: leading.length * 8 };
    }
  }
  throw new SallyportError('invalid_input', 'This kind of key is not used here.', {
    wayOut: 'Use ECDSA on P-256 or P-384, or RSA of 3072 bits.',
  });
}

export function isRsa(spki: Bytes): boolean {
  return readPublicKey(spki).curve === undefined;
}

/** @throws SallyportError `invalid_input` when nobody shall rely on this key */
export function refuseWeak(spki: Bytes): void {
  const { curve, modulusBits } = readPublicKey(spki);
  if (curve || modulusBits >= leastRsaBits) return;
  throw new SallyportError('invalid_input', `An RSA key of ${modulusBits} bits is too weak.`, {
    wayOut: `Make one of ${leastRsaBits} bits, or an ECDSA key on P-256 or P-384.`,
  });
}

/** An ECDSA signature as certificates hold it, from WebCrypto's two numbers side by side. */
function encodeSignature(raw: Uint8Array): Bytes {
  const half = raw.length / 2;
  return sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
}

function decodeSignature(der: Bytes, size: number): Bytes {
  const numbers = children(readOne(der, tags.sequence), 2).map(({ contents }) => {
    const digits = contents.length > size ? contents.subarray(contents.length - size) : contents;
    return concat([new Uint8Array(size - digits.length), digits]);
  });
  return concat(numbers.slice(0, 2));
}

/**
 * A signer from its private key.
 * @param privateKey PKCS #8
 */
export async function importSigner({ privateKey, spki }: GeneratedKey): Promise<Signer> {
  const { curve } = readPublicKey(spki);
  if (!curve) {
    const key = await crypto.subtle.importKey('pkcs8', privateKey, rsaParameters, false, ['sign']);
    return {
      spki,
      algorithm: sequence(oid(oids.rsaSha256), nothing),
      hash: 'SHA-256',
      sign: async (data) => new Uint8Array(await crypto.subtle.sign(rsaParameters.name, key, data)),
    };
  }
  const parameters = { name: 'ECDSA', namedCurve: curve.name };
  const key = await crypto.subtle.importKey('pkcs8', privateKey, parameters, false, ['sign']);
  const how = { name: 'ECDSA', hash: curve.hash };
  return {
    spki,
    algorithm: sequence(oid(curve.signature)),
    hash: curve.hash,
    sign: async (data) => encodeSignature(new Uint8Array(await crypto.subtle.sign(how, key, data))),
  };
}

const rsaHashes: Readonly<Record<string, string>> = {
  [oids.rsaSha256]: 'SHA-256',
  [oids.rsaSha384]: 'SHA-384',
  [oids.rsaSha512]: 'SHA-512',
};
const ecdsaHashes: Readonly<Record<string, string>> = {
  [oids.ecdsaSha256]: 'SHA-256',
  [oids.ecdsaSha384]: 'SHA-384',
};

/**
 * Whether the key made the signature over the data.
 * @param algorithm AlgorithmIdentifier that stands beside the signature
 */
export async function verifySignature(
  spki: Bytes,
  algorithm: Bytes,
  signature: Bytes,
  data: Bytes,
): Promise<boolean> {
  const { curve } = readPublicKey(spki);
  const [kind] = readAll(readOne(algorithm, tags.sequence).contents);
  const hash = (curve ? ecdsaHashes : rsaHashes)[readOid(kind)];
  if (hash === undefined) return false;
  if (!curve) {
    const how = { name: rsaParameters.name, hash };
    const key = await crypto.subtle.importKey('spki', spki, how, false, ['verify']);
    return crypto.subtle.verify(how.name, key, signature, data);
  }
  const parameters = { name: 'ECDSA', namedCurve: curve.name };
  const key = await crypto.subtle.importKey('spki', spki, parameters, false, ['verify']);
  const raw = decodeSignature(signature, curve.size);
  return crypto.subtle.verify({ name: 'ECDSA', hash }, key, raw, data);
}

/** SHA-1 of the key's bit string (RFC 5280 §4.2.1.2): what strongSwan finds issuers by. */
export async function keyIdOf(spki: Bytes): Promise<Bytes> {
  const [, key] = children(readOne(spki, tags.sequence), 2);
  return new Uint8Array(await crypto.subtle.digest('SHA-1', readBitString(key)));
}

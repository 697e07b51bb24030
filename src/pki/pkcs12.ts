// A device's key and certificate as one file (PKCS #12, RFC 7292) for those who import no other.

import { base32, type RandomBytes } from '../model/ids.ts';
import {
  type Bytes,
  explicit,
  implicit,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  set,
  tlv,
} from './der.ts';

const oids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  sha1WithTripleDes: '1.2.840.113549.1.12.1.3',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  sha1: '1.3.14.3.2.26',
} as const;

const bmpString = 0x1e;
const saltBytes = 8;
/** What OpenSSL takes. More would not help: the password is random. */
const iterations = 2048;
const passwordBytes = 13;

/** What a derived key is for (RFC 7292 §B.3). */
const purposes = { key: 1, iv: 2, mac: 3 } as const;

/** A password for one bundle: 104 random bits in 21 characters that are easily typed. */
export function newBundlePassword(random: RandomBytes): string {
  return base32(random(passwordBytes));
}

export interface Bundle {
  certificate: Uint8Array;
  /** PKCS #8. */
  privateKey: Uint8Array;
  /** Certificates that go along; Android takes its trust in the gateway from here. */
  authorities: readonly Uint8Array[];
  /** What the importer calls it. */
  name: string;
  /** ASCII: others are spelt differently by each reader. */
  password: string;
  random: RandomBytes;
}

type Forge = typeof import('node-forge');

/** The library's strings have a character for each byte. */
function binary(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function bytesOf(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

interface Lock {
  forge: Forge;
  password: string;
  random: RandomBytes;
}

function derive({ forge, password }: Lock, salt: Uint8Array, purpose: number, length: number) {
  const buffer = forge.util.createBuffer(binary(salt));
  return forge.pkcs12.generateKey(password, buffer, purpose, iterations, length).getBytes();
}

/** The algorithm with its parameters, and the contents under it. */
function encrypt(lock: Lock, contents: Uint8Array): [algorithm: Bytes, encrypted: Bytes] {
  const salt = lock.random(saltBytes);
  const cipher = lock.forge.cipher.createCipher('3DES-CBC', derive(lock, salt, purposes.key, 24));
  cipher.start({ iv: derive(lock, salt, purposes.iv, 8) });
  cipher.update(lock.forge.util.createBuffer(binary(contents)));
  cipher.finish();
  return [
    sequence(oid(oids.sha1WithTripleDes), sequence(octetString(salt), integer(iterations))),
    bytesOf(cipher.output.getBytes()),
  ];
}

function macOf(lock: Lock, contents: Uint8Array): Bytes {
  const salt = lock.random(saltBytes);
  const mac = lock.forge.hmac.create();
  mac.start('sha1', derive(lock, salt, purposes.mac, 20));
  mac.update(binary(contents));
  const digest = bytesOf(mac.getMac().getBytes());
  const algorithm = sequence(oid(oids.sha1), nothing);
  return sequence(sequence(algorithm, octetString(digest)), octetString(salt), integer(iterations));
}

/** UCS-2, which has no characters beyond the basic plane. */
function bmp(text: string): Bytes {
  const plain = text.replace(/[^\u0020-\ud7ff\ue000-\ufffd]/gu, ' ');
  const codes = Array.from(plain, (character) => character.charCodeAt(0));
  return tlv(bmpString, new Uint8Array(codes.flatMap((code) => [code >> 8, code & 255])));
}

function bag(type: string, value: Bytes, attributes: readonly Bytes[]): Bytes {
  const described = attributes.length > 0 ? [set(...attributes)] : [];
  return sequence(oid(type), explicit(0, value), ...described);
}

function certificateBag(certificate: Uint8Array, attributes: readonly Bytes[]): Bytes {
  const value = sequence(oid(oids.x509Certificate), explicit(0, octetString(certificate)));
  return bag(oids.certificateBag, value, attributes);
}

/**
 * The bundle as DER, in the layout and with the encryption (SHA-1, 3DES) that all readers take:
 * Apple's before 2024 and Windows Server 2016 know no other. It holds as long as the password does.
 */
export async function makePkcs12({ password, random, ...bundle }: Bundle): Promise<Bytes> {
  if (!/^[!-~]{20,}$/.test(password))
    throw new RangeError('the password of a bundle must be 20 characters of ASCII or more');
  const lock = { forge: (await import('node-forge')).default, password, random };
  const certificate = Uint8Array.from(bundle.certificate);
  const keyId = new Uint8Array(await crypto.subtle.digest('SHA-1', certificate));
  const attribute = (type: string, value: Bytes) => sequence(oid(type), set(value));
  const own = [
    attribute(oids.friendlyName, bmp(bundle.name)),
    attribute(oids.localKeyId, octetString(keyId)),
  ];
  const [algorithm, certificates] = encrypt(
    lock,
    sequence(
      certificateBag(certificate, own),
      ...bundle.authorities.map((authority) => certificateBag(authority, [])),
    ),
  );
  const encrypted = sequence(oid(oids.data), algorithm, implicit(0, certificates));
  const [keyAlgorithm, key] = encrypt(lock, bundle.privateKey);
  const keyBag = bag(oids.shroudedKeyBag, sequence(keyAlgorithm, octetString(key)), own);
  const data = (contents: Bytes) => sequence(oid(oids.data), explicit(0, octetString(contents)));
  const safe = sequence(
    sequence(oid(oids.encryptedData), explicit(0, sequence(integer(0), encrypted))),
    data(sequence(keyBag)),
  );
  return sequence(integer(3), data(safe), macOf(lock, safe));
}

// A passkey in software: makes an ES256 key and answers WebAuthn ceremonies as a phone would. It
// writes the little CBOR that they take (RFC 8949, CTAP2 canonical form).

import { webcrypto } from 'node:crypto';

const { subtle } = webcrypto;

type Cbor = number | string | Uint8Array | Map<number | string, Cbor>;

function head(major: number, value: number): number[] {
  if (value < 24) return [(major << 5) | value];
  if (value < 256) return [(major << 5) | 24, value];
  return [(major << 5) | 25, value >> 8, value & 255];
}

function cbor(value: Cbor): number[] {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value);
    return [...head(3, bytes.length), ...bytes];
  }
  if (value instanceof Uint8Array) return [...head(2, value.length), ...value];
  return [
    ...head(5, value.size),
    ...[...value].flatMap(([key, one]) => [...cbor(key), ...cbor(one)]),
  ];
}

/** WebAuthn wants ECDSA signatures in DER; WebCrypto makes the two numbers side by side. */
function toDer(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array): number[] => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const trimmed = [...bytes.subarray(Math.max(first, 0))];
    const body = (trimmed[0] ?? 0) >= 0x80 ? [0, ...trimmed] : trimmed;
    return [2, body.length, ...body];
  };
  const body = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))];
  return new Uint8Array([0x30, body.length, ...body]);
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await subtle.digest('SHA-256', bytes.slice()));
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
  user?: { id: string };
}

export interface AuthenticatorOptions {
  /** Of the page that asks. */
  origin?: string;
  /** Whether it unlocks with a finger or PIN before it answers. */
  verifies?: boolean;
  /** Whether it counts its signatures; those that live in a cloud do not. */
  counts?: boolean;
}

export class Authenticator {
  readonly #id = webcrypto.getRandomValues(new Uint8Array(16));
  readonly #keys: Promise<webcrypto.CryptoKeyPair> = subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign'],
  ) as Promise<webcrypto.CryptoKeyPair>;
  readonly #options: Required<AuthenticatorOptions>;
  #userHandle = '';
  /** How often it signed; a test may turn it back, as a copy would be behind. */
  counter = 0;

  constructor({
    origin = 'http://control.test',
    verifies = true,
    counts = true,
  }: AuthenticatorOptions = {}) {
    this.#options = { origin, verifies, counts };
  }

  #clientData(type: string, challenge: string): Uint8Array {
    const data = { type, challenge, origin: this.#options.origin, crossOrigin: false };
    return new TextEncoder().encode(JSON.stringify(data));
  }

  async #authenticatorData(rpId: string, attested: number[]): Promise<Uint8Array> {
    if (this.#options.counts) this.counter++;
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, this.counter);
    // Flags: the user is there, was verified, may be and is backed up, and attested data follow.
    const verified = this.#options.verifies ? 4 : 0;
    const flags = 1 | verified | 8 | 16 | (attested.length > 0 ? 64 : 0);
    const hash = await sha256(new TextEncoder().encode(rpId));
    return new Uint8Array([...hash, flags, ...count, ...attested]);
  }

  async #coseKey(): Promise<number[]> {
    const jwk = await subtle.exportKey('jwk', (await this.#keys).publicKey);
    const coordinate = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'));
    const key = new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, coordinate(jwk.x)],
      [-3, coordinate(jwk.y)],
    ]);
    return cbor(key);
  }

  /** What `navigator.credentials.create()` would give, as JSON. */
  async create(options: Options) {
    this.#userHandle = options.user?.id ?? '';
    const { length } = this.#id;
    const attested = [
      ...new Uint8Array(16),
      ...[length >> 8, length & 255, ...this.#id],
      ...(await this.#coseKey()),
    ];
    const authData = await this.#authenticatorData(options.rp?.id ?? '', attested);
    const object = new Map<string, Cbor>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    const clientData = this.#clientData('webauthn.create', options.challenge);
    return this.#answer({
      clientDataJSON: base64Url(clientData),
      attestationObject: base64Url(new Uint8Array(cbor(object))),
      transports: ['internal', 'hybrid'],
    });
  }

  /** What `navigator.credentials.get()` would give, as JSON. */
  async get(options: Options) {
    const authData = await this.#authenticatorData(options.rpId ?? '', []);
    const clientData = this.#clientData('webauthn.get', options.challenge);
    const signed = new Uint8Array([...authData, ...(await sha256(clientData))]);
    const { privateKey } = await this.#keys;
    const raw = await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, signed);
    return this.#answer({
      clientDataJSON: base64Url(clientData),
      authenticatorData: base64Url(authData),
      signature: base64Url(toDer(new Uint8Array(raw))),
      userHandle: this.#userHandle,
    });
  }

  #answer<T>(response: T) {
    const id = base64Url(this.#id);
    const rest = { clientExtensionResults: {}, authenticatorAttachment: 'platform' };
    return { id, rawId: id, type: 'public-key', response, ...rest };
  }
}

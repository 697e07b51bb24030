// Sealing: what is stored and must be read again, but not by whoever steals the database.

import { fromBase64Url, fromUtf8, toBase64Url, toUtf8 } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { rootSealingKey, type SealingSecret } from '../model/sealing.ts';

/** AES-256-GCM. `purpose` binds a sealed text to its place. */
export interface Sealer {
  /** The id of the key that seals now. */
  newest: string;
  /** Of every key that opens. */
  ids: readonly string[];
  seal(text: string, purpose: string): Promise<string>;
  /**
   * @throws SallyportError `misconfigured` when the key that sealed it is not among ours;
   * `internal` when the text was not sealed by that key for this purpose
   */
  open(sealed: string, purpose: string): Promise<string>;
}

/** A key and the id by which sealed texts name it. */
export interface SealingKey {
  id: string;
  key: CryptoKey;
}

const nonceBytes = 12;
/** What the root's key sealed names no key: there was only the one. */
const withoutId = 'v1';
const withId = 'v2';

function unreadable(cause?: unknown): SallyportError {
  return new SallyportError('internal', 'Something sealed cannot be opened.', {
    wayOut: 'Is the root key the one that this database was written with, and each sealing key?',
    cause: cause ?? new Error('not sealed by this key'),
  });
}

function missing(id: string): SallyportError {
  const message = `Something is sealed with the key "${id}", which this control plane lacks.`;
  return new SallyportError('misconfigured', message, {
    wayOut: `Put ${id} back into SALLYPORT_SEALING_KEYS, after the newest.`,
  });
}

interface Parts {
  id: string;
  nonce: string;
  body: string;
}

function partsOf(sealed: string): Parts {
  const [version, ...rest] = sealed.split('.');
  if (version === withoutId && rest.length === 2) rest.unshift(rootSealingKey);
  else if (version !== withId) throw unreadable();
  const [id = '', nonce = '', body = '', ...more] = rest;
  if (more.length > 0) throw unreadable();
  return { id, nonce, body };
}

/** How sealed texts begin that this key sealed. */
export function sealedHead(id: string): string {
  return id === rootSealingKey ? `${withoutId}.` : `${withId}.${id}.`;
}

export async function importSealingKey({ id, bytes }: SealingSecret): Promise<SealingKey> {
  const uses: KeyUsage[] = ['encrypt', 'decrypt'];
  return { id, key: await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, uses) };
}

/** @param keys every key that opens; the first of them seals */
export function createSealer(keys: readonly [SealingKey, ...SealingKey[]]): Sealer {
  const [newest] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  const algorithm = (iv: Uint8Array<ArrayBuffer>, purpose: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: toUtf8(purpose),
  });
  return {
    newest: newest.id,
    ids: [...byId.keys()],
    async seal(text, purpose) {
      const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
      const how = algorithm(nonce, purpose);
      const body = new Uint8Array(await crypto.subtle.encrypt(how, newest.key, toUtf8(text)));
      return `${sealedHead(newest.id)}${toBase64Url(nonce)}.${toBase64Url(body)}`;
    },
    async open(sealed, purpose) {
      const parts = partsOf(sealed);
      const [nonce, body] = [parts.nonce, parts.body].map(fromBase64Url);
      if (!nonce || !body) throw unreadable();
      const key = byId.get(parts.id);
      if (!key) throw missing(parts.id);
      try {
        const bytes = await crypto.subtle.decrypt(algorithm(nonce, purpose), key, body);
        return fromUtf8(new Uint8Array(bytes)) ?? '';
      } catch (cause) {
        throw unreadable(cause);
      }
    },
  };
}

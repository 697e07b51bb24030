// Sealing: what is stored and must be read again, but not by whoever steals the database.

import { fromBase64Url, fromUtf8, toBase64Url, toUtf8 } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';

/** AES-256-GCM under the root key. `purpose` binds a sealed text to its place. */
export interface Sealer {
  seal(text: string, purpose: string): Promise<string>;
  /** @throws SallyportError `internal` when the text was not sealed by this key for this purpose */
  open(sealed: string, purpose: string): Promise<string>;
}

const nonceBytes = 12;
const version = 'v1';

function unreadable(cause?: unknown): SallyportError {
  return new SallyportError('internal', 'Something sealed cannot be opened.', {
    wayOut: 'Is the root key the one that this database was written with?',
    cause: cause ?? new Error('not sealed by this key'),
  });
}

export function createSealer(key: CryptoKey): Sealer {
  const algorithm = (iv: Uint8Array<ArrayBuffer>, purpose: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: toUtf8(purpose),
  });
  return {
    async seal(text, purpose) {
      const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
      const sealed = await crypto.subtle.encrypt(algorithm(nonce, purpose), key, toUtf8(text));
      return `${version}.${toBase64Url(nonce)}.${toBase64Url(new Uint8Array(sealed))}`;
    },
    async open(sealed, purpose) {
      const [, nonce, body] = sealed.split('.').map(fromBase64Url);
      if (!sealed.startsWith(`${version}.`) || !nonce || !body) throw unreadable();
      try {
        const bytes = await crypto.subtle.decrypt(algorithm(nonce, purpose), key, body);
        return fromUtf8(new Uint8Array(bytes)) ?? '';
      } catch (cause) {
        throw unreadable(cause);
      }
    },
  };
}

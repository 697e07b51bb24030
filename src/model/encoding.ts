// Text encodings in plain TypeScript, because the native agent has neither Buffer nor TextEncoder.

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function encode(bytes: Uint8Array, tail: string, pad: string): string {
  const alphabet = base64Alphabet + tail;
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    text += alphabet.charAt(a >> 2) + alphabet.charAt(((a & 3) << 4) | ((b ?? 0) >> 4));
    text += b === undefined ? pad : alphabet.charAt(((b & 15) << 2) | ((c ?? 0) >> 6));
    text += c === undefined ? pad : alphabet.charAt(c & 63);
  }
  return text;
}

function decode(text: string, tail: string): Uint8Array<ArrayBuffer> | undefined {
  const alphabet = base64Alphabet + tail;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let value = 0;
  let bits = 0;
  let length = 0;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return undefined;
    value = (value << 6) | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (value >> bits) & 255;
      value &= (1 << bits) - 1;
    }
  }
  // A canonical text leaves no set bits and no whole digit over (RFC 4648 §3.5).
  return value === 0 && bits < 6 ? bytes : undefined;
}

/** RFC 4648 §5, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, '-_', '');
}

/** The bytes of an unpadded base64url text, or undefined if it is not canonical. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decode(text, '-_');
}

/** RFC 4648 §4, padded: the form WireGuard uses for keys. */
export function toBase64(bytes: Uint8Array): string {
  return encode(bytes, '+/', '=');
}

/** The bytes of a padded base64 text, or undefined if it is not canonical. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  return decode(text.replace(/={1,2}$/, ''), '+/');
}

/** PEM (RFC 7468). */
export function toPem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

/** The bytes of lower-case hex, or undefined if it is none. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^([0-9a-f]{2})*$/.test(text)) return undefined;
  const digits = text.match(/../g) ?? [];
  return new Uint8Array(digits.map((pair) => Number.parseInt(pair, 16)));
}

/** Bytes of UTF-8. Lone surrogates become U+FFFD. */
export function toUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0xfffd;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000)
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return new Uint8Array(bytes);
}

/** The text of well-formed UTF-8 without overlong forms, or undefined. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i++] ?? 0;
    const more = lead < 0x80 ? 0 : lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (more < 0 || lead > 0xf4 || i + more > bytes.length) return undefined;
    let code = more === 0 ? lead : lead & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      const next = bytes[i++] ?? 0;
      if ((next & 0xc0) !== 0x80) return undefined;
      code = (code << 6) | (next & 63);
    }
    const overlong = (more === 2 && code < 0x800) || (more === 3 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    text += String.fromCodePoint(code);
  }
  return text;
}

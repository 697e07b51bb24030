// Looks for many secrets at once, byte by byte, however large the place is.

import { createPrivateKey, type webcrypto } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

export interface Place {
  path: string;
  bytes: Buffer;
}

/** Every file below a directory. */
export function filesBelow(directory: string): Place[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: readFileSync(path) }));
}

/** Bytes in the forms in which they could stand somewhere. */
export function formsOf(raw: Buffer): Buffer[] {
  const texts = [raw.toString('base64'), raw.toString('base64url'), raw.toString('hex')];
  // PEM breaks lines: one from the middle stands for all.
  const line = raw.toString('base64').slice(64, 128);
  if (line.length === 64) texts.push(line);
  return [raw, ...texts.map((text) => Buffer.from(text))];
}

const least = 8;

/** Where the first of the needles is found, as `path: needle`; each has at least eight bytes. */
export function search(places: readonly Place[], needles: readonly Buffer[]): string | undefined {
  const byStart = Map.groupBy(needles, (needle) => {
    if (needle.length < least) throw new Error(`too short to be looked for: ${needle}`);
    return needle.readUInt32LE(0);
  });
  for (const { path, bytes } of places)
    for (let at = 0; at + least <= bytes.length; at++) {
      const alike = byStart.get(bytes.readUInt32LE(at));
      const found = alike?.find((needle) => needle.equals(bytes.subarray(at, at + needle.length)));
      if (found) return `${path}: ${found.toString('latin1')}`;
    }
  return undefined;
}

/** The numbers that make a private key private, in all their forms. */
function secretsOf({ d, p, q }: { d?: string; p?: string; q?: string }): Buffer[] {
  return [d, p, q].flatMap((number) =>
    number === undefined ? [] : formsOf(Buffer.from(number, 'base64url')),
  );
}

/** Every private key that leaves WebCrypto in this process until the test ends. */
export function watchKeys(): { needles: Buffer[]; keys(): number } {
  const needles: Buffer[] = [];
  let keys = 0;
  const exportKey = crypto.subtle.exportKey.bind(crypto.subtle);
  const spy = vi.spyOn(crypto.subtle, 'exportKey');
  spy.mockImplementation((async (format: 'jwk' | 'pkcs8', key: webcrypto.CryptoKey) => {
    const exported: JsonWebKey | ArrayBuffer = await exportKey(format as 'jwk', key as CryptoKey);
    if (key.type !== 'private') return exported;
    keys++;
    if (!(exported instanceof ArrayBuffer)) needles.push(...secretsOf(exported));
    else {
      const der = Buffer.from(exported);
      const jwk = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
        format: 'jwk',
      });
      needles.push(...formsOf(der), ...secretsOf(jwk));
    }
    return exported;
  }) as typeof crypto.subtle.exportKey);
  onTestFinished(() => spy.mockRestore());
  return { needles, keys: () => keys };
}

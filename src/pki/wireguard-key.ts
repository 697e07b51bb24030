// A WireGuard key pair made in memory, for the one who redeems a link without a key of their own.

import { z } from 'zod';
import { fromBase64Url, toBase64 } from '../model/encoding.ts';

export interface WireguardKeyPair {
  /** 32 bytes in base64; never stored. */
  privateKey: string;
  publicKey: string;
}

const jwkSchema = z.object({ d: z.string(), x: z.string() });

function base64(base64url: string): string {
  return toBase64(fromBase64Url(base64url) ?? new Uint8Array());
}

export async function generateWireguardKeyPair(): Promise<WireguardKeyPair> {
  const pair = await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits']);
  if (!('privateKey' in pair)) throw new Error('X25519 gave no key pair');
  const { d, x } = jwkSchema.parse(await crypto.subtle.exportKey('jwk', pair.privateKey));
  return { privateKey: base64(d), publicKey: base64(x) };
}

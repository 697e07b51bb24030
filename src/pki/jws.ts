// Compact JWS (RFC 7515 §7.1, EdDSA as RFC 8037) by a signer that the runtime brought along.

import { base64url } from 'jose';
import type { SigningKey } from './root-key.ts';

/** @param typ what the document is, so that no other one signed by the same key can pass for it */
export async function signCompact(
  { kid, sign }: SigningKey,
  typ: string,
  document: object,
): Promise<string> {
  const parts = [{ alg: 'EdDSA', typ, kid }, document];
  const signed = parts.map((part) => base64url.encode(JSON.stringify(part))).join('.');
  return `${signed}.${base64url.encode(await sign(new TextEncoder().encode(signed)))}`;
}

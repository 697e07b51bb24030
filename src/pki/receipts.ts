// Receipts of revocations: signed by gateways, verified by us and by whoever doubts us.

import { compactVerify, importJWK } from 'jose';
import {
  type RevocationReceipt,
  revocationReceiptSchema,
  revocationReceiptType,
} from '../model/ikev2.ts';

/**
 * What a receipt says, or undefined if this key did not sign it as one.
 * @param identityKey Ed25519, in base64url
 */
export async function readReceipt(
  identityKey: string,
  jws: string,
): Promise<RevocationReceipt | undefined> {
  try {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: identityKey }, 'EdDSA');
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
    if (protectedHeader.typ !== revocationReceiptType) return undefined;
    return revocationReceiptSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return undefined;
  }
}

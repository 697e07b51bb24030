// Receipts as an agent signs them.

import { type KeyObject, sign } from 'node:crypto';
import { type RevocationReceipt, revocationReceiptType } from '../src/model/ikev2.ts';

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A compact JWS, of another type if the test asks for that. */
export function signReceipt(
  privateKey: KeyObject,
  receipt: RevocationReceipt,
  typ = revocationReceiptType,
): string {
  const text = `${part({ alg: 'EdDSA', typ })}.${part(receipt)}`;
  return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
}

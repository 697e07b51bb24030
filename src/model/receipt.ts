// Proofs that gateways cut a device off, as the API shows them: enough to verify each without us.

import { z } from 'zod';
import { fromBase64Url } from './encoding.ts';
import { ed25519PublicKeySchema } from './enrollment.ts';
import { idSchema } from './ids.ts';
import { identityDomainOf, type RevocationReceipt, revocationReceiptSchema } from './ikev2.ts';
import { limits } from './limits.ts';
import { timeSchema } from './tenant.ts';

/** A gateway's identity key as a JWK (RFC 8037 §2). */
export const identityJwkSchema = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: ed25519PublicKeySchema,
});
export type IdentityJwk = z.infer<typeof identityJwkSchema>;

/** Null when the gateway was deleted. */
const gatewayNameSchema = z.string().nullable();

export const signedReceiptSchema = z.strictObject({
  gatewayName: gatewayNameSchema,
  /** What the gateway signed; times are its clock's, in Unix milliseconds. */
  receipt: revocationReceiptSchema,
  /** The same as the gateway sent it: a compact JWS (RFC 7515 §7.1). */
  jws: z.string().max(limits.receiptLength),
  /** With which it verifies. */
  key: identityJwkSchema,
  receivedAt: timeSchema,
});
export type SignedReceipt = z.infer<typeof signedReceiptSchema>;

export const pendingReceiptSchema = z.strictObject({
  gatewayId: idSchema('gateway'),
  gatewayName: z.string(),
  protocol: z.enum(['wireguard', 'ikev2']),
  credential: z.string(),
  /** The revision that cuts it; the receipt names this one or a later one. */
  revision: z.int(),
  /**
   * Whether the gateway says that it reached that revision. Then it lets the device in no more and
   * has signed nothing: its agent is an old one, or never had let the device in.
   */
  reached: z.boolean(),
});
export type PendingReceipt = z.infer<typeof pendingReceiptSchema>;

export const deviceReceiptsSchema = z.strictObject({
  /** The newest first. */
  receipts: z.array(signedReceiptSchema),
  /** Cuts that the gateway has not vouched for. */
  pending: z.array(pendingReceiptSchema),
});
export type DeviceReceipts = z.infer<typeof deviceReceiptsSchema>;

/** What a receipt says, or undefined where it is none. Nothing is verified. */
export function receiptIn(jws: string): RevocationReceipt | undefined {
  try {
    const payload = fromBase64Url(jws.split('.')[1] ?? '') ?? new Uint8Array();
    return revocationReceiptSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return undefined;
  }
}

/** Whether an identity is of this device, by its form. */
export function isIdentityOf(identity: string, deviceId: string, tenantId: string): boolean {
  const start = `${deviceId.slice(deviceId.indexOf('_') + 1)}.`;
  return identity.startsWith(start) && identity.endsWith(`@${identityDomainOf(tenantId)}`);
}

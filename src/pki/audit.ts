// The log's chain of hashes, and the anchors that vouch for its head.

import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { type AnchorClaims, anchorClaimsSchema, anchorType, type Fault } from '../model/audit.ts';
import { type Revision, revisionHashInput } from '../model/revision.ts';
import { signCompact } from './jws.ts';
import type { SigningKey } from './root-key.ts';
import { secretHash } from './tokens.ts';

/** What stands for the hash before the first revision. */
export const genesisHash = '0'.repeat(64);

/** The hash that a revision must have, given the one of the revision before it. */
export function hashOf(previousHash: string, revision: Omit<Revision, 'hash'>): Promise<string> {
  return secretHash(revisionHashInput(previousHash, revision));
}

/** Where a walk along the log is. */
export interface Link {
  number: number;
  hash: string;
}

export const chainStart: Link = { number: 0, hash: genesisHash };

/** Whether the anchor in an `audit.anchor` revision vouches for the revision before it. */
async function vouches(
  { summary }: Revision,
  previous: Link,
  tenantId: string,
  publicKey: string,
): Promise<boolean> {
  const claims = await readAnchor(publicKey, String(summary.signature));
  return (
    claims?.tenant === tenantId &&
    claims.number === previous.number &&
    claims.hash === previous.hash
  );
}

/**
 * Checks one revision against the one before it.
 * @param revision undefined where the row of that number makes no sense
 * @param publicKey of the anchors; without it they are not looked at
 */
export async function faultOf(
  previous: Link,
  number: number,
  revision: Revision | undefined,
  tenantId: string,
  publicKey: string | undefined,
): Promise<Fault | undefined> {
  if (number !== previous.number + 1) return { number: previous.number + 1, what: 'missing' };
  if (!revision || revision.hash !== (await hashOf(previous.hash, revision)))
    return { number, what: 'altered' };
  if (revision.operation !== 'audit.anchor' || publicKey === undefined) return undefined;
  const isSigned = await vouches(revision, previous, tenantId, publicKey);
  return isSigned ? undefined : { number: previous.number, what: 'anchor' };
}

/** Signs an anchor as a compact JWS. */
export function signAnchor(key: SigningKey, claims: AnchorClaims): Promise<string> {
  return signCompact(key, anchorType, claims);
}

/**
 * What an anchor says, or undefined if this key did not sign it.
 * @param publicKey Ed25519, in base64url
 */
export async function readAnchor(
  publicKey: string,
  signature: string,
): Promise<AnchorClaims | undefined> {
  try {
    if (decodeProtectedHeader(signature).typ !== anchorType) return undefined;
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA');
    const { payload } = await compactVerify(signature, key, { algorithms: ['EdDSA'] });
    return anchorClaimsSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return undefined;
  }
}

// Certificate revocation lists (RFC 5280 §5).

import { authorityKeyIdentifier, extension, type Issuer } from './certificate.ts';
import { type Bytes, bitString, explicit, integer, sequence, time } from './der.ts';
import { keyIdOf } from './key.ts';

const oids = { crlNumber: '2.5.29.20' } as const;

export interface RevokedCertificate {
  serial: Uint8Array;
  /** Unix time in milliseconds. */
  revokedAt: number;
}

export interface RevocationList {
  issuer: Issuer;
  /** Grows with each list: strongSwan keeps the one it has beside one of the same number. */
  number: number;
  /** Unix time in milliseconds. */
  thisUpdate: number;
  nextUpdate: number;
  revoked: readonly RevokedCertificate[];
}

/**
 * The signed list. Without the authority's key identifier strongSwan would not find whose it is,
 * and say nothing.
 */
export async function issueCrl(list: RevocationList): Promise<Bytes> {
  const { issuer, number, thisUpdate, nextUpdate, revoked } = list;
  const { signer, name } = issuer;
  const entries = revoked.map(({ serial, revokedAt }) =>
    sequence(integer(serial), time(revokedAt)),
  );
  const body = sequence(
    integer(1),
    signer.algorithm,
    name,
    time(thisUpdate),
    time(nextUpdate),
    // An empty list must be left out.
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    explicit(
      0,
      sequence(
        authorityKeyIdentifier(await keyIdOf(signer.spki)),
        extension(oids.crlNumber, integer(number)),
      ),
    ),
  );
  return sequence(body, signer.algorithm, bitString(await signer.sign(body)));
}

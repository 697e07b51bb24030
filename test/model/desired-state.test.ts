// The digest of a set of peers, by which drift is noticed.

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyPeerDigest,
  type Peer,
  peerDigestInput,
  togglePeerDigest,
} from '../../src/model/desired-state.ts';

const peer: fc.Arbitrary<Peer> = fc
  .record({ number: fc.nat(), key: fc.uint8Array({ minLength: 32, maxLength: 32 }) })
  .map(({ number, key }) => ({
    id: `d_${number.toString(32).padStart(16, '0')}`,
    publicKey: Buffer.from(key).toString('base64'),
    addresses: [`10.64.${(number >> 8) & 255}.${number & 255}/32`, `fd00::${number.toString(16)}`],
  }));
const peers = fc.uniqueArray(peer, { selector: ({ id }) => id, maxLength: 30 });

function hash(one: Peer): string {
  return createHash('sha256').update(peerDigestInput(one)).digest('hex');
}

function digestOf(set: readonly Peer[], start = emptyPeerDigest): string {
  return set.reduce((digest, one) => togglePeerDigest(digest, hash(one)), start);
}

describe('the digest of a set of peers', () => {
  it('does not depend on the order in which they came', () => {
    const shuffled = peers.chain((set) =>
      fc.tuple(fc.constant(set), fc.shuffledSubarray(set, { minLength: set.length })),
    );
    fc.assert(
      fc.property(shuffled, ([set, other]) => {
        expect(digestOf(other)).toBe(digestOf(set));
      }),
    );
  });

  it('is as before when a peer came and went', () => {
    fc.assert(
      fc.property(peers, peer, (set, one) => {
        const before = digestOf(set);
        expect(digestOf([one, one], before)).toBe(before);
      }),
    );
  });

  it('follows any change as if the set had been counted anew', () => {
    fc.assert(
      fc.property(peers, fc.nat(30), (set, cut) => {
        const gone = set.slice(cut);
        expect(digestOf(gone, digestOf(set))).toBe(digestOf(set.slice(0, cut)));
      }),
    );
  });

  it('differs when anything of one peer differs', () => {
    fc.assert(
      fc.property(peer, (one) => {
        const others = [
          { ...one, id: `${one.id}x` },
          { ...one, publicKey: `${one.publicKey}x` },
          { ...one, addresses: one.addresses.slice(1) },
        ];
        for (const other of others) expect(digestOf([other])).not.toBe(digestOf([one]));
      }),
    );
  });

  it('is 32 hexadecimal digits, and all zero for nobody', () => {
    expect(digestOf([])).toBe('0'.repeat(32));
    fc.assert(
      fc.property(peers, (set) => {
        expect(digestOf(set)).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });
});

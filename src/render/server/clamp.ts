// How large a segment of TCP may be, so that its packets pass through the tunnel in one piece.

import type { Address } from '../../model/cidr.ts';
import { limits } from '../../model/limits.ts';

/** What IP and TCP take off a packet. */
const headers = { 4: 40, 6: 60 } as const;

/** Roads of so few bytes are the narrowest that IPv6 allows (RFC 8200 §5). */
const narrowRoad = limits.mtuLeast;

/**
 * What a packet in the tunnel may have, where the smallest MTU there is says that the road itself
 * is no wider. TCP can be kept below what IPv6 demands of an MTU; other packets cannot.
 * @param overhead what the tunnel adds over IPv6
 */
export function innerOf(mtu: number, wide: number, overhead: number): number {
  return mtu <= narrowRoad ? narrowRoad - overhead : wide;
}

/** nft's words for it. Never raises what somebody on the way has lowered already. */
export function clampTo(inner: number, family: Address['family']): string {
  const segment = inner - headers[family];
  const larger = `tcp flags syn / syn,rst tcp option maxseg size ${segment + 1}-65535`;
  return `${larger} tcp option maxseg size set ${segment}`;
}

// Where a request came from on Node: from its socket, or from whom a proxy says that it heard.

import type { IncomingMessage } from 'node:http';
import type { Border } from '../api/border.ts';
import type { Prefix } from '../model/cidr.ts';
import { addressBehind, canonicalAddress } from '../model/client-address.ts';

function hasMessage(environment: unknown): environment is { incoming: IncomingMessage } {
  return typeof environment === 'object' && environment !== null && 'incoming' in environment;
}

/** @param trusted proxies whose X-Forwarded-For is believed */
export function nodeAddressOf(trusted: readonly Prefix[]): Border['addressOf'] {
  return (_request, environment) => {
    if (!hasMessage(environment)) return undefined;
    const { socket, headers } = environment.incoming;
    const { remoteAddress = '' } = socket;
    // IPv4 is canonical as it comes, and most requests come by it.
    const peer = remoteAddress.includes(':') ? canonicalAddress(remoteAddress) : remoteAddress;
    if (!peer) return undefined;
    const forwarded = trusted.length === 0 ? undefined : headers['x-forwarded-for'];
    return forwarded === undefined ? peer : addressBehind(peer, String(forwarded), trusted);
  };
}

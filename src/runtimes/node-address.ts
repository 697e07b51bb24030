// Where a request came from on Node: from its socket, or from whom a proxy says that it heard.

import type { IncomingMessage } from 'node:http';
import type { Border } from '../api/border.ts';
import type { Prefix } from '../model/cidr.ts';
import { addressBehind, canonicalAddress } from '../model/client-address.ts';

function hasMessage(environment: unknown): environment is { incoming: IncomingMessage } {
  return typeof environment === 'object' && environment !== null && 'incoming' in environment;
}

/**
 * @param trusted proxies whose X-Forwarded-For is believed
 * @param warn called once when there are none, and something on this machine speaks for others:
 * then all of its clients count as one
 */
export function nodeAddressOf(trusted: readonly Prefix[], warn: () => void): Border['addressOf'] {
  let mayWarn = trusted.length === 0;
  return (_request, environment) => {
    if (!hasMessage(environment)) return undefined;
    const { socket, headers } = environment.incoming;
    const { remoteAddress = '' } = socket;
    // IPv4 is canonical as it comes, and most requests come by it.
    const peer = remoteAddress.includes(':') ? canonicalAddress(remoteAddress) : remoteAddress;
    if (!peer) return undefined;
    if (mayWarn && (peer === '127.0.0.1' || peer === '::1') && headers['x-forwarded-for']) {
      mayWarn = false;
      warn();
    }
    const forwarded = trusted.length === 0 ? undefined : headers['x-forwarded-for'];
    return forwarded === undefined ? peer : addressBehind(peer, String(forwarded), trusted);
  };
}

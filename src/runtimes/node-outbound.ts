// Connections to what tenants name, on Node: the address that is checked is the one connected to.

import { lookup as resolveName } from 'node:dns';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { connect } from 'node:tls';
import { parseAddress } from '../model/cidr.ts';
import { SallyportError } from '../model/errors.ts';
import { isPublicAddress, type OutboundPolicy } from '../model/outbound.ts';
import type { TlsConnect } from '../providers/syslog.ts';
import type { Post } from '../providers/webhook.ts';

/** Resolves a name, and refuses it when any of its addresses is not of the public internet. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, []);
    const isPrivate = found.some(({ address }) => {
      const parsed = parseAddress(address);
      return parsed === undefined || !isPublicAddress(parsed);
    });
    const [first] = found;
    if (isPrivate || !first) return callback(forbidden(hostname), []);
    if (options.all) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};

function forbidden(hostname: string): SallyportError {
  return new SallyportError('target_forbidden', `${hostname} lies in a private network.`, {
    wayOut: 'Name a public host, or ask the operator to set SALLYPORT_OUTBOUND_PRIVATE=allow.',
  });
}

/** Literal addresses never reach `lookup`: the schemas have refused private ones before. */
function guard({ allowPrivate }: OutboundPolicy): { lookup?: LookupFunction } {
  return allowPrivate ? {} : { lookup: lookupPublic };
}

export function createPost(policy: OutboundPolicy): Post {
  return (url, { headers, body }, signal) =>
    new Promise((resolve, reject) => {
      const request = url.protocol === 'http:' ? requestPlain : requestTls;
      const options = { method: 'POST', headers, signal, agent: false, ...guard(policy) } as const;
      request(url, options)
        .on('error', reject)
        .on('response', (response) => {
          resolve(response.statusCode ?? 0);
          response.destroy();
        })
        .end(body);
    });
}

export function createTlsConnect(policy: OutboundPolicy): TlsConnect {
  return ({ host, port, caPem }, bytes, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({
        host,
        port,
        minVersion: 'TLSv1.2',
        // No name is sent for an address (RFC 6066 §3).
        ...(isIP(host) ? {} : { servername: host }),
        ...(caPem === undefined ? {} : { ca: caPem }),
        ...guard(policy),
      });
      const stop = () => void socket.destroy(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      let written = false;
      socket
        .on('finish', () => {
          written = true;
        })
        .on('end', () => {
          if (!written) socket.destroy(new Error('it closed the connection too early'));
        })
        .on('error', reject)
        .on('close', () => {
          signal.removeEventListener('abort', stop);
          resolve();
        });
      if (signal.aborted) return stop();
      socket.resume();
      return socket.end(bytes);
    });
}

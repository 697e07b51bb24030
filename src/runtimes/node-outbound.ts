// Connections to what tenants name, on Node: the address that is checked is the one connected to.

import { lookup as resolveName } from 'node:dns';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { connect } from 'node:tls';
import { parseAddress } from '../model/cidr.ts';
import { SallyportError } from '../model/errors.ts';
import { isPublicAddress, type OutboundPolicy } from '../model/outbound.ts';
import type { Fetch } from '../providers/oidc.ts';
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

function streamOf(message: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: AsyncIterator<Buffer> = message[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel: () => void message.destroy(),
  });
}

/** As the platform's, without following redirections, to where tenants may connect alone. */
export function createFetch(policy: OutboundPolicy): Fetch {
  return (address, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const url = new URL(address);
      const request = url.protocol === 'http:' ? requestPlain : requestTls;
      const options = { method, headers, agent: false, ...guard(policy) } as const;
      request(url, signal ? { ...options, signal } : options)
        .on('error', reject)
        .on('response', (message) => {
          const { statusCode: status = 0, headersDistinct } = message;
          const received = new Headers();
          for (const [name, values = []] of Object.entries(headersDistinct))
            for (const value of values) received.append(name, value);
          const hasBody = status !== 204 && status !== 304;
          const stream = hasBody ? streamOf(message) : null;
          resolve(new Response(stream, { status, headers: received }));
        })
        .end(body == null ? undefined : String(body));
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

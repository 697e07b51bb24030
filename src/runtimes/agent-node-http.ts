// Requests of the agent on Node, over kept connections. Not fetch: its memory grows by the poll.

import http from 'node:http';
import https from 'node:https';
import type { Host, HttpReply, HttpRequest } from '../agent/host.ts';

interface Attempt {
  reply: HttpReply;
  /** The kept connection was closed under the request before anything came. */
  stale: boolean;
}

function failed(error: string): HttpReply {
  return { status: 0, headers: {}, body: '', error };
}

function decode(chunks: readonly Buffer[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return '';
  }
}

function headersOf(response: http.IncomingMessage): HttpReply['headers'] {
  const { date, 'retry-after': retryAfter } = response.headers;
  const { 'sallyport-watch': watch, 'sallyport-report-after': reportAfter } = response.headers;
  return {
    ...(date === undefined ? {} : { date }),
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    ...(typeof watch === 'string' ? { 'sallyport-watch': watch } : {}),
    ...(typeof reportAfter === 'string' ? { 'sallyport-report-after': reportAfter } : {}),
  };
}

function attempt(
  { method, url, headers, body, timeoutMs, maxBytes }: HttpRequest,
  agents: { http: http.Agent; https: https.Agent },
  ending: AbortSignal,
): Promise<Attempt> {
  return new Promise((resolve) => {
    const secure = url.startsWith('https:');
    const signal = AbortSignal.any([ending, AbortSignal.timeout(timeoutMs)]);
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { method, headers: { ...headers, ...length }, signal };
    const request = secure
      ? https.request(url, { ...options, agent: agents.https })
      : http.request(url, { ...options, agent: agents.http });
    let answered = false;
    request.on('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > maxBytes) request.destroy(new Error('the answer is too large'));
      });
      response.on('error', (error) => resolve({ reply: failed(error.message), stale: false }));
      response.on('end', () => {
        const reply = { status: response.statusCode ?? 0, body: decode(chunks) };
        resolve({ reply: { ...reply, headers: headersOf(response) }, stale: false });
      });
    });
    request.on('error', (error) => {
      const reason = signal.aborted ? (ending.aborted ? 'ended' : 'timeout') : error.message;
      const stale = request.reusedSocket && !answered && !signal.aborted;
      resolve({ reply: failed(reason), stale });
    });
    request.end(body);
  });
}

/** Requests that end with an error when `ending` is aborted. */
export function makeHttp(ending: AbortSignal): { request: Host['http']; close(): void } {
  const agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: 2 }),
    https: new https.Agent({ keepAlive: true, maxSockets: 2 }),
  };
  return {
    async request(request) {
      if (ending.aborted) return failed('ended');
      try {
        const first = await attempt(request, agents, ending);
        // Only a GET may be sent twice: a report that was read must not count twice.
        if (!first.stale || request.method !== 'GET') return first.reply;
        return (await attempt(request, agents, ending)).reply;
      } catch (error) {
        return failed(error instanceof Error ? error.message : String(error));
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

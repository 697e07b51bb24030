// An answer that is taken line by line, because it may be larger than memory.

import type { RawRequest } from '../client/transport.ts';
import { exchange, type Server } from './client.ts';

const answerMilliseconds = 30_000;

/** Fetches as usual, but lets the body take as long as it takes. */
function patientFetch(onBody: (body: ReadableStream<Uint8Array>) => void): typeof fetch {
  return async (input, init) => {
    const waiting = new AbortController();
    const timer = setTimeout(
      () => waiting.abort(new DOMException('no answer', 'TimeoutError')),
      answerMilliseconds,
    );
    const response = await fetch(input, { ...init, signal: waiting.signal });
    clearTimeout(timer);
    if (!response.ok || !response.body) return response;
    onBody(response.body);
    return new Response(null, { status: response.status, headers: response.headers });
  };
}

/**
 * The lines of an answer, without their ends; a last one that was cut short is left out.
 * @throws Failure as `send` does
 */
export async function* download(server: Server, path: string): AsyncGenerator<string> {
  let body: ReadableStream<Uint8Array> | undefined;
  const request: RawRequest = { method: 'GET', path };
  await exchange(
    server,
    request,
    patientFetch((taken) => (body = taken)),
  );
  if (!body) return;
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

// The web server on the lab's internet: who asked, and as many bytes as wanted.

import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

const chunkBytes = 64 * 1024;
/** Small enough for the receive buffer of a WireGuard that runs in user space. */
const pacedChunkBytes = 16 * 1024;
const downloadBytesMost = 8 * 1024 ** 3;

interface Wish {
  bytes: number;
  bytesPerSecond: number | undefined;
  /** What they say over and over; zeros if it is empty. */
  text: string;
}

/**
 * Bytes in chunks; with `bytesPerSecond`, paced to that at most. Time that was lost is not made up
 * for: a burst would overflow buffers, and losses be blamed on what is being tested.
 */
async function* bodyOf({ bytes, bytesPerSecond, text }: Wish) {
  const chunk = Buffer.alloc(bytesPerSecond === undefined ? chunkBytes : pacedChunkBytes, text);
  let due = performance.now();
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    yield chunk.subarray(0, Math.min(chunk.length, bytes - sent));
    if (bytesPerSecond === undefined) continue;
    due = Math.max(due + (chunk.length / bytesPerSecond) * 1000, performance.now());
    if (due > performance.now()) await delay(due - performance.now());
  }
}

/** A whole number of the query between 1 and `most`, or undefined. */
function whole(query: URLSearchParams, name: string, most: number): number | undefined {
  const value = Number(query.get(name));
  return Number.isInteger(value) && value >= 1 && value <= most ? value : undefined;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://web');
  if (url.pathname === '/ip') {
    response.end(`${request.socket.remoteAddress?.replace(/^::ffff:/, '')}\n`);
    return;
  }
  const bytes = whole(url.searchParams, 'bytes', downloadBytesMost);
  if (url.pathname !== '/download' || bytes === undefined) {
    response.writeHead(404).end('/ip or /download?bytes=N&rate=BYTES_PER_SECOND&text=TEXT\n');
    return;
  }
  response.writeHead(200, { 'content-length': bytes });
  const bytesPerSecond = whole(url.searchParams, 'rate', downloadBytesMost);
  const text = url.searchParams.get('text') ?? '';
  const body = Readable.from(bodyOf({ bytes, bytesPerSecond, text }));
  response.on('close', () => body.destroy());
  body.on('error', () => response.destroy()).pipe(response);
});

const port = Number(process.argv[2] ?? 80);
server.listen(port, '::', () => console.log(`listening on ${port}`));

// The files of public/ on Node; at the edge the platform serves them.

import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Answers a request for one of the files, which are few and are read once; else undefined. */
export type Assets = (request: Request) => Response | undefined;

/** @throws Error for a file of a type that has no media type here */
export function loadAssets(folder: string): Assets {
  const files = new Map<string, { type: string; bytes: Buffer<ArrayBuffer> }>(
    readdirSync(folder).map((name) => {
      const type = mediaTypes[extname(name)];
      if (type === undefined) throw new Error(`${join(folder, name)} has no known media type`);
      return [`/${name}`, { type, bytes: readFileSync(join(folder, name)) }];
    }),
  );
  return (request) => {
    // What follows the host, without making a URL of it: this is asked for every request.
    const path = request.url.slice(request.url.indexOf('/', 'https://'.length));
    const file = files.get(path);
    if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
    const headers = {
      'content-type': file.type,
      'cache-control': 'public, max-age=3600',
      'x-content-type-options': 'nosniff',
    };
    return new Response(request.method === 'GET' ? file.bytes : null, { headers });
  };
}

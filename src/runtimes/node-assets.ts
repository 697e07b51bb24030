// The files of public/ on Node; at the edge the platform serves them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Files that others wrote, by the path under which we serve them. */
export const foreignAssets = {
  '/swagger-ui/swagger-ui.css': 'node_modules/swagger-ui-dist/swagger-ui.css',
  '/swagger-ui/swagger-ui-bundle.js': 'node_modules/swagger-ui-dist/swagger-ui-bundle.js',
} as const;

/** What the edge adds to these files' headers; here they are below. */
const edgeHeaders = '_headers';

/** Answers a request for one of the files; else undefined. */
export type Assets = (request: Request) => Response | undefined;

function redirectTo(path: string): Response {
  return new Response(null, { status: 308, headers: { location: path } });
}

/** The files to serve: what is in `public/`, and what others wrote as far as it is installed. */
function listFiles(repository: string): Map<string, string> {
  const folder = join(repository, 'public');
  const own = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name !== edgeHeaders)
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      // As at the edge: a folder's page is found under the folder's name.
      const path = relative(folder, file)
        .split(sep)
        .join('/')
        .replace(/index\.html$/, '');
      return [`/${path}`, file] as const;
    });
  const foreign = Object.entries(foreignAssets)
    .map(([path, source]) => [path, join(repository, source)] as const)
    .filter(([, source]) => existsSync(source));
  return new Map([...own, ...foreign]);
}

/**
 * Each file is read when it is first asked for.
 * @param repository the folder that holds `public/`
 * @throws Error for a file of a type that has no media type here
 */
export function loadAssets(repository: string): Assets {
  const files = listFiles(repository);
  const read = new Map<string, Buffer<ArrayBuffer>>();
  for (const name of files.values())
    if (mediaTypes[extname(name)] === undefined) throw new Error(`${name} has no known media type`);
  return (request) => {
    // What follows the host, without making a URL of it: this is asked for every request.
    const path = request.url.slice(request.url.indexOf('/', 'https://'.length));
    const file = files.get(path);
    if (!file && files.has(`${path}/`)) return redirectTo(`${path}/`);
    if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
    const bytes = read.get(file) ?? readFileSync(file);
    read.set(file, bytes);
    const headers = {
      'content-type': mediaTypes[extname(file)] ?? '',
      // What Vite builds has a hash in its name; a page must not outlive the next upgrade.
      'cache-control': extname(file) === '.html' ? 'no-cache' : 'public, max-age=3600',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    };
    return new Response(request.method === 'GET' ? bytes : null, { headers });
  };
}

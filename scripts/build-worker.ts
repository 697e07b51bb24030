// Bundles the Worker: one module that starts, and one more for each library that is imported when
// it is first needed. Wrangler, whose own bundler would put all of them into one, runs this file
// into dist/worker before it deploys or serves.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

const repository = join(import.meta.dirname, '..');

/** Touches no file that is right already: others may be reading it, or watching it. */
function write(path: string, contents: Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

/**
 * Bundles a Worker, and removes what an earlier build left in the folder.
 * @returns what the modules hold and import
 */
export async function buildWorker(
  folder: string,
  entry = 'src/runtimes/workers.ts',
): Promise<Metafile> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    // As wrangler's own bundler has it, but for its polyfills: workerd brings Node's modules.
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    define: {
      'navigator.userAgent': '"Cloudflare-Workers"',
      'process.env.NODE_ENV': '"production"',
    },
    minify: true,
    keepNames: true,
    sourcemap: true,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) write(path, contents);
  const names = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const name of readdirSync(folder))
    if (/\.js(\.map)?$/.test(name) && !names.has(name)) rmSync(join(folder, name), { force: true });
  return metafile;
}

if (import.meta.main) await buildWorker(join(repository, 'dist/worker'));

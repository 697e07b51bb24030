// `npm run build`: bundles the command line and the agent into dist/, one file each, that a machine
// with Node alone can run. `npm run build -- folder` writes elsewhere.

import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const repository = join(import.meta.dirname, '..');
const executable = 0o755;

const programs = [
  { file: 'sallyport.mjs', entry: 'src/cli/main.ts' },
  { file: 'sallyport-agent.mjs', entry: 'src/runtimes/agent-node.ts' },
];

/** Gives the size of the file in bytes. */
async function bundle(entry: string, outfile: string): Promise<number> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // What Debian 13 brings along; the repository itself pins a newer one.
    target: 'node20',
    metafile: true,
    logLevel: 'warning',
  });
  chmodSync(outfile, executable);
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}

const folder = resolve(process.argv[2] ?? join(repository, 'dist'));
for (const { file, entry } of programs) {
  const path = join(folder, file);
  const bytes = await bundle(entry, path);
  console.log(`${path}  ${(bytes / 1000).toFixed(0)} kB`);
}

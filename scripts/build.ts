// `npm run build`: bundles the programs into dist/, one file each. The command line and the agent
// run on a machine with Node alone; the control plane needs this folder's packages beside it, and
// half the memory of its source. `npm run build -- folder` writes elsewhere.

import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const repository = join(import.meta.dirname, '..');
const executable = 0o755;

interface Program {
  file: string;
  entry: string;
  /** Packages that stay outside: they bring native code or threads of their own. */
  external?: string[];
}

const programs: Program[] = [
  { file: 'sallyport.mjs', entry: 'src/cli/main.ts' },
  { file: 'sallyport-agent.mjs', entry: 'src/runtimes/agent-node.ts' },
  {
    // As deep as its source, which finds public/ two folders up.
    file: 'control-plane/node.mjs',
    entry: 'src/runtimes/node.ts',
    external: ['@libsql/client', 'pino'],
  },
];

/** Gives the size of the file in bytes. */
async function bundle({ entry, external = [] }: Program, outfile: string): Promise<number> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    outfile,
    bundle: true,
    external,
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
for (const program of programs) {
  const path = join(folder, program.file);
  const bytes = await bundle(program, path);
  console.log(`${path}  ${(bytes / 1000).toFixed(0)} kB`);
}

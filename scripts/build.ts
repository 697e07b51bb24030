// `npm run build`: bundles the programs into dist/, one file each. The command line and the agent
// run on a machine with Node alone; the control plane needs this folder's packages beside it, and
// half the memory of its source. `client.mjs` is `sallyport/client`, a library for integrators.
// `npm run build -- folder` writes elsewhere.

import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const repository = join(import.meta.dirname, '..');
const executable = 0o755;

interface Program {
  file: string;
  entry: string;
  /** Packages that stay outside: they bring native code or threads of their own. */
  external?: string[];
  /** A library is run by nobody, and must need no platform. */
  isLibrary?: boolean;
}

const programs: Program[] = [
  { file: 'sallyport.mjs', entry: 'src/cli/main.ts' },
  { file: 'sallyport-agent.mjs', entry: 'src/runtimes/agent-node.ts' },
  {
    // As deep as its source, which finds public/ two folders up.
    file: 'control-plane/node.mjs',
    entry: 'src/runtimes/node.ts',
    external: ['@libsql/client', 'libsql', 'pino'],
  },
  { file: 'client.mjs', entry: 'src/client/client.ts', isLibrary: true },
];

/** Gives the size of the file in bytes. */
async function bundle(
  { entry, external = [], isLibrary }: Program,
  outfile: string,
): Promise<number> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    outfile,
    bundle: true,
    external,
    platform: isLibrary ? 'neutral' : 'node',
    format: 'esm',
    // What Debian 13 brings along; the repository itself pins a newer one.
    target: 'node20',
    metafile: true,
    logLevel: 'warning',
  });
  if (!isLibrary) chmodSync(outfile, executable);
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Writes the declarations of the client, which compilers find by the names of plain JavaScript. */
function declare(outDir: string): void {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  const options = [
    ...['--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--outDir', outDir],
    ...['--target', 'es2024', '--lib', 'es2024,dom', '--module', 'nodenext', '--strict'],
    ...['--exactOptionalPropertyTypes', '--allowImportingTsExtensions', '--skipLibCheck'],
  ];
  const argv = [tsc, ...options, join(repository, 'src/client/client.ts')];
  execFileSync(process.execPath, argv, { stdio: 'inherit' });
  for (const name of readdirSync(outDir)) {
    const text = readFileSync(join(outDir, name), 'utf8');
    writeFileSync(join(outDir, name), text.replace(/ from '(.+)\.ts'/g, " from '$1.js'"));
  }
}

const folder = resolve(process.argv[2] ?? join(repository, 'dist'));
for (const program of programs) {
  const path = join(folder, program.file);
  const bytes = await bundle(program, path);
  console.log(`${path}  ${(bytes / 1000).toFixed(0)} kB`);
}
declare(join(folder, 'client-types'));

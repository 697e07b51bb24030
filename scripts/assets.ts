// `npm run assets`: puts into public/ what is built, or what others wrote, and we serve: the portal
// and the reference's program. `npm start` runs it, and Wrangler before it uploads or serves that
// folder. What is there already and not older than its source is left alone, because several of
// these may run at once.

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { foreignAssets } from '../src/runtimes/node-assets.ts';

const repository = join(import.meta.dirname, '..');
const publicFolder = join(repository, 'public');
const portal = join(publicFolder, 'portal');

/** What the portal is made of. */
const sources = ['src/portal', 'src/client', 'src/model', 'vite.config.ts', 'package-lock.json'];

function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))), 0);
}

function isPortalFresh(): boolean {
  const page = join(portal, 'index.html');
  if (!existsSync(page)) return false;
  const built = statSync(page).mtimeMs;
  return sources.every((source) => newest(join(repository, source)) <= built);
}

/** Builds beside the folder and swaps, so that nobody sees half a portal. */
async function buildPortal(): Promise<void> {
  const fresh = mkdtempSync(join(repository, 'node_modules/.portal-'));
  // Whoever builds it need not be who serves it.
  chmodSync(fresh, 0o755);
  await build({
    configFile: join(repository, 'vite.config.ts'),
    build: { outDir: fresh, emptyOutDir: false },
    logLevel: 'warn',
  });
  const old = `${fresh}-old`;
  if (existsSync(portal)) renameSync(portal, old);
  renameSync(fresh, portal);
  rmSync(old, { recursive: true, force: true });
}

for (const [path, source] of Object.entries(foreignAssets)) {
  const target = join(publicFolder, path);
  mkdirSync(join(target, '..'), { recursive: true });
  if (!existsSync(target)) copyFileSync(join(repository, source), target);
}
if (!isPortalFresh()) await buildPortal();

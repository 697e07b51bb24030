// `npm run assets`: puts into public/ what others wrote and we serve. Wrangler runs it before it
// uploads or serves that folder; on Node, src/runtimes/node-assets.ts takes them where they are.

import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { foreignAssets } from '../src/runtimes/node-assets.ts';

const repository = join(import.meta.dirname, '..');

for (const [path, source] of Object.entries(foreignAssets)) {
  const target = join(repository, 'public', path);
  mkdirSync(join(target, '..'), { recursive: true });
  copyFileSync(join(repository, source), target);
}

// What `wrangler deploy` would upload: does it build, and how large is it.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { wranglerEnvironment } from '../../scripts/wrangler-environment.ts';
import { temporaryDirectory } from '../control-plane.ts';

const mostBytes = 1024 * 1024;
const mostBytesAtStart = 400 * 1024;

/** Gzipped bytes of the modules in a folder: what starts, and all there is. */
function sizesOf(folder: string): { start: number; all: number } {
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sizes = modules
    .filter((name) => /\.(js|mjs|wasm)$/.test(name))
    .map((name) => ({ name, bytes: gzipSync(readFileSync(join(folder, name))).length }));
  const start = sizes.find(({ name }) => name === 'workers.js')?.bytes ?? Number.NaN;
  return { start, all: sizes.reduce((sum, { bytes }) => sum + bytes, 0) };
}

test('the Worker builds for deployment and is small', async () => {
  const folder = temporaryDirectory();
  const argv = ['deploy', '--dry-run', '--outdir', folder];
  const { stdout } = await promisify(execFile)('node_modules/.bin/wrangler', argv, {
    env: { ...process.env, ...wranglerEnvironment },
  });
  expect(stdout).toContain('env.HUB (GatewayHub)');
  const { start, all } = sizesOf(folder);
  console.log(`Worker bundle, gzipped: ${Math.ceil(all / 1024)} KiB`);
  expect(start).toBeLessThanOrEqual(mostBytesAtStart);
  expect(all).toBeLessThanOrEqual(mostBytes);
});

// What `wrangler deploy` would upload: does it build, how large is it, and what starts with it.

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker } from '../../scripts/build-worker.ts';
import { wranglerEnvironment } from '../../scripts/wrangler-environment.ts';
import { temporaryDirectory } from '../control-plane.ts';

const mostKibibytes = 1024;
const mostKibibytesAtStart = 400;

interface Module {
  kibibytes: number;
  /** The packages whose code is in it. */
  packages: Set<string>;
  /** Names of the modules without which it does not start. */
  needs: string[];
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-worker-'));
const modules = new Map<string, Module>();

beforeAll(async () => {
  const { outputs } = await buildWorker(folder);
  for (const [path, { inputs, imports }] of Object.entries(outputs)) {
    const name = basename(path);
    if (!name.endsWith('.js')) continue;
    const packages = Object.keys(inputs).flatMap(
      (input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [],
    );
    modules.set(name, {
      kibibytes: gzipSync(readFileSync(join(folder, name))).length / 1024,
      packages: new Set(packages),
      needs: imports
        .filter(({ kind, external }) => kind === 'import-statement' && !external)
        .map((needed) => basename(needed.path)),
    });
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The modules that start: the first one, and what is needed for it. */
function starting(): Module[] {
  const names = new Set(['workers.js']);
  for (const name of names) for (const needed of modules.get(name)?.needs ?? []) names.add(needed);
  return [...names].flatMap((name) => modules.get(name) ?? []);
}

const sizeOf = (some: Iterable<Module>) =>
  [...some].reduce((sum, { kibibytes }) => sum + kibibytes, 0);

test('the Worker is small, and what starts is smaller', () => {
  const [start, all] = [sizeOf(starting()), sizeOf(modules.values())];
  console.log(`Worker, gzipped: ${start.toFixed(0)} KiB start, ${all.toFixed(0)} KiB in all`);
  expect(start).toBeLessThanOrEqual(mostKibibytesAtStart);
  expect(all).toBeLessThanOrEqual(mostKibibytes);
});

test.each([
  ...['nodemailer', '@simplewebauthn/server', 'openid-client', 'otpauth', 'node-forge', 'plist'],
])('%s does not start with the Worker: it is in a module of its own', (library) => {
  const holding = [...modules.values()].filter(({ packages }) => packages.has(library));
  expect(holding).toHaveLength(1);
  expect(starting()).not.toContain(holding[0]);
});

test('wrangler uploads these modules, and no other', async () => {
  const target = temporaryDirectory();
  const argv = ['deploy', '--dry-run', '--outdir', target];
  const { stdout } = await promisify(execFile)('node_modules/.bin/wrangler', argv, {
    env: { ...process.env, ...wranglerEnvironment },
  });
  expect(stdout).toContain('env.HUB (GatewayHub)');
  // Their hashes tell how to get from the folder to the sources, too.
  const plain = (names: Iterable<string>) =>
    [...names].map((name) => name.replace(/-[A-Z0-9]{8}\.js$/, '.js')).sort();
  const uploaded = readdirSync(target).filter((name) => name !== 'README.md');
  expect(plain(uploaded)).toEqual(plain(modules.keys()));
});

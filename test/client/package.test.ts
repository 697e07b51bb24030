import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createTenant } from '../contract/plane.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { freePort, startServer } from '../server.ts';

/** This package as an integrator has it: package.json and dist/, in a node_modules folder. */
function installed(): string {
  const folder = temporaryDirectory();
  const own = join(folder, 'node_modules/sallyport');
  mkdirSync(own, { recursive: true });
  copyFileSync('package.json', join(own, 'package.json'));
  execFileSync(process.execPath, ['scripts/build.ts', join(own, 'dist')]);
  for (const name of ['typescript', '@types', 'undici-types'])
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  return folder;
}

const program = `
import { ApiProblem, createClient } from 'sallyport/client';
const answer = Response.json({ title: 'No', code: 'forbidden' }, { status: 403 });
const client = createClient({ url: 'http://127.0.0.1:1', fetch: async () => answer });
const error = await client.call('tenant.list').catch((error) => error);
console.log(error instanceof ApiProblem, error.code);
`;

const typed = `
import { createClient, type Device } from 'sallyport/client';
const client = createClient({ url: 'https://vpn.example.com' });
const params = { tenantId: 't_0123456789abcdef' };
export const devices: Device[] = [];
for await (const { items } of client.pages('device.list', { params })) devices.push(...items);
// @ts-expect-error there is no such operation
await client.call('device.rename', { params });
`;

function compilerSays(folder: string, text: string): string {
  writeFileSync(join(folder, 'typed.mts'), text);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'];
  const tsc = ['node_modules/typescript/bin/tsc', ...options, '--types', 'node', 'typed.mts'];
  return spawnSync(process.execPath, tsc, { cwd: folder, encoding: 'utf8' }).stdout;
}

test('sallyport/client is imported by its name, from a program and from itself', () => {
  const folder = installed();
  const run = (at: string) => {
    writeFileSync(join(at, 'program.mjs'), program);
    return spawnSync(process.execPath, ['program.mjs'], { cwd: at, encoding: 'utf8' });
  };
  for (const at of [folder, join(folder, 'node_modules/sallyport')])
    expect(run(at)).toMatchObject({ stderr: '', stdout: 'true forbidden\n' });
  expect(readFileSync(join(folder, 'node_modules/sallyport/dist/client.mjs'), 'utf8')).not.toMatch(
    /\bimport\b|\brequire\b|node:/,
  );
  expect(compilerSays(folder, typed)).toBe('');
});

test('the example in docs/api.md compiles and does what it says', async () => {
  const folder = installed();
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readFileSync('docs/api.md', 'utf8')) ?? [];
  expect(compilerSays(folder, example)).toBe('');
  const port = await freePort();
  const tenant = await createTenant(await startServer({ data: temporaryDirectory(), port }));
  writeFileSync(join(folder, 'example.mts'), example);
  const run = spawnSync(process.execPath, ['example.mts'], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      SALLYPORT_URL: `http://127.0.0.1:${port}`,
      SALLYPORT_TOKEN: tenant.key,
      TENANT: tenant.id,
    },
  });
  expect(run.stderr).toBe('');
  expect(run.stdout.split('\n')).toEqual([
    expect.stringMatching(/^Berlin: sallyport-agent enroll /),
    'Owner (owner)',
    expect.stringContaining('not_found: There is no gateway gw_0000000000000000.'),
    'Ann',
    '',
  ]);
});

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../control-plane.ts';

/** This package as an integrator has it: package.json and dist/, in a node_modules folder. */
function installed(): string {
  const folder = temporaryDirectory();
  const own = join(folder, 'node_modules/sallyport');
  mkdirSync(own, { recursive: true });
  copyFileSync('package.json', join(own, 'package.json'));
  execFileSync(process.execPath, ['scripts/build.ts', join(own, 'dist')]);
  symlinkSync(resolve('node_modules/typescript'), join(folder, 'node_modules/typescript'));
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
  writeFileSync(join(folder, 'typed.mts'), typed);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'];
  const tsc = [join('node_modules/typescript/bin/tsc'), ...options, 'typed.mts'];
  expect(spawnSync(process.execPath, tsc, { cwd: folder, encoding: 'utf8' }).stdout).toBe('');
});

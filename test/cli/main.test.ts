// The command as a process: shebang, exit codes, and streams.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tenant, tenantId, token } from './answers.ts';
import { startWorld } from './world.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

function start(words: string[], env: Record<string, string>) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = spawn(process.execPath, [main, ...words], { env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

it('runs under the Node of the repository, with answers on stdout and exit code 0', async () => {
  await using world = await startWorld({ [`GET /v1/tenants/${tenantId}`]: { body: tenant } });
  const env = { SALLYPORT_URL: world.url, SALLYPORT_TOKEN: token, HOME: world.home };
  expect(await start(['tenant', 'get', '--json'], env)).toEqual({
    code: 0,
    out: `${JSON.stringify(tenant)}\n`,
    err: '',
  });
});

it('exits with 2 on wrong usage and with 3 when there is no server', async () => {
  await using world = await startWorld();
  const env = { SALLYPORT_URL: world.url, SALLYPORT_TOKEN: token, HOME: world.home };
  expect(await start(['nope'], env)).toMatchObject({ code: 2, out: '' });
  await world[Symbol.asyncDispose]();
  expect(await start(['tenant', 'get'], env)).toMatchObject({ code: 3, out: '' });
});

it('names its interpreter in the first line', () => {
  expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

it('does not mind a reader that has seen enough', async () => {
  const child = spawn(process.execPath, [main, '--help'], { env: {} });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

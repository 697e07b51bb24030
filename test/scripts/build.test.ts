import { spawn, spawnSync } from 'node:child_process';
import { statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../control-plane.ts';
import { freePort } from '../server.ts';

test('npm run build makes programs that run alone and by their own name', () => {
  const folder = join(temporaryDirectory(), 'dist');
  const call = (program: string, ...args: string[]) =>
    spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
  const built = call(process.execPath, 'scripts/build.ts', folder);
  expect(built.stderr).toBe('');
  expect(built.status).toBe(0);
  for (const [file, usage] of [
    ['sallyport.mjs', 'Usage: sallyport [options] [command]'],
    ['sallyport-agent.mjs', 'usage: sallyport-agent <command> [options]'],
  ] as const) {
    const path = join(folder, file);
    const help = call(path, '--help');
    expect(help.stdout).toContain(usage);
    expect([help.status, help.stderr]).toEqual([0, '']);
    const { size } = statSync(path);
    expect(built.stdout).toContain(`${path}  ${(size / 1000).toFixed(0)} kB`);
  }
});

test('npm run build makes a control plane that runs beside its packages', async () => {
  const root = temporaryDirectory();
  for (const name of ['node_modules', 'public']) symlinkSync(resolve(name), join(root, name));
  const built = spawnSync(process.execPath, ['scripts/build.ts', join(root, 'dist')]);
  expect(built.status).toBe(0);
  const listen = `127.0.0.1:${await freePort()}`;
  const server = spawn(process.execPath, ['dist/control-plane/node.mjs'], {
    cwd: root,
    env: { SALLYPORT_LISTEN: listen, SALLYPORT_DATA: join(root, 'data') },
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const ask = (path: string) => fetch(`http://${listen}${path}`);
  await expect
    .poll(async () => (await ask('/healthz').catch(() => undefined))?.status, { timeout: 20_000 })
    .toBe(200);
  expect((await ask('/style.css')).headers.get('content-type')).toContain('text/css');
});

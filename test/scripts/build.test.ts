import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../control-plane.ts';

test('npm run build makes both programs, which run alone and by their own name', () => {
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

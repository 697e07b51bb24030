// The counting reporter in a real vitest run over files with every kind of outcome.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../lab/process.ts';
import { countsVariable, type TestCounts } from '../../scripts/test-counts.ts';

const repository = join(import.meta.dirname, '../..');
const timeoutMs = 60_000;

const files = {
  'mixed.test.mjs': `
    it('passes', () => {});
    describe('a group', () => { it('passes too', () => {}); });
    it('fails', () => { throw new Error('no'); });
    it('has a reason', ({ skip }) => skip('no such hardware'));
    it.skip('has none', () => {});
    it.todo('is for later');
  `,
  'broken.test.mjs': `throw new Error('cannot even load');`,
  'hook.test.mjs': `
    describe('a group with a broken end', () => {
      afterAll(() => { throw new Error('cannot clean up'); });
      it('passes', () => {});
    });
  `,
};

let folder: string;
let counts: TestCounts;
let exitCode: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-counts-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const path = join(folder, 'counts.json');
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
  const reporter = join(repository, 'scripts/test-counts.ts');
  const argv = ['run', '--globals', '--root', folder, `--reporter=${reporter}`];
  const env = { ...process.env, [countsVariable]: path };
  const options = { timeoutMs, env, mayFail: true };
  exitCode = (await run([process.execPath, vitest, ...argv], options)).code;
  counts = JSON.parse(readFileSync(path, 'utf8'));
}, timeoutMs);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('counts what passed', () => {
  expect(counts.passed).toBe(3);
});

it('counts failed tests, files that do not load and hooks that break', () => {
  expect(counts.failed).toBe(3);
  expect(exitCode).toBe(1);
});

it('names skipped tests and passes on the reason they gave', () => {
  expect(counts.skipped).toEqual([
    { name: 'mixed.test.mjs: has a reason', reason: 'no such hardware' },
    { name: 'mixed.test.mjs: has none' },
    { name: 'mixed.test.mjs: is for later' },
  ]);
});

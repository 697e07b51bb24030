// The repository keeps its own rules; test/tidy/engine.test.ts shows that each of them bites.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formatProblem, inspect } from './tidy/engine.ts';

const top = fileURLToPath(new URL('..', import.meta.url));
const folders = ['src', 'test', 'lab', 'bench', 'scripts'];
const files = ['package.json', 'package-lock.json', '.npmrc', 'docs/dependencies.md'];

function read(): Map<string, string> {
  const configs = readdirSync(top).filter((name) => name.endsWith('.config.ts'));
  const sources = folders
    .map((folder) => join(top, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(top, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const paths = [...sources, ...configs, ...files];
  return new Map(paths.map((path) => [path, readFileSync(join(top, path), 'utf8')]));
}

test('every file keeps the rules of the house', () => {
  const problems = inspect(read()).map(formatProblem);
  expect(problems.length, `\n${problems.join('\n')}\n`).toBe(0);
});

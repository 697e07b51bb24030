// The test of the tidy test: a small tidy repository, broken in one place at a time.

import { describe, expect, it } from 'vitest';
import { formatProblem, inspect } from './engine.ts';
import { walls } from './walls.ts';

const documented = '| `zod` | parses what crosses a border |\n';
const tidy = {
  'package.json': JSON.stringify({
    dependencies: { zod: '4.0.0' },
    bin: { agent: 'src/runtimes/agent.ts' },
  }),
  'package-lock.json': '{ "packages": { "node_modules/zod": { "version": "4.0.0" } } }',
  '.npmrc': 'ignore-scripts=true\nomit-lockfile-registry-resolved=true\n',
  'docs/dependencies.md': documented,
  'src/cli/main.ts': "import { used } from '../model/used.ts';\nconsole.log(used, process.argv);\n",
  'src/model/used.ts': "import { z } from 'zod';\nexport const used = z.string();\n",
  'src/runtimes/agent.ts': "import { readFileSync } from 'node:fs';\nexport { readFileSync };\n",
  'test/used.test.ts':
    "import { expect, it } from 'vitest';\nit('is true', () => expect(1).toBe(1));\n",
};

/** What the engine finds in the tidy repository with these files added or replaced. */
function found(changes: Record<string, string>): string[] {
  return inspect(new Map(Object.entries({ ...tidy, ...changes })))
    .filter(({ found }) => found !== 'no program reaches this file')
    .map(({ path, line, found }) => `${path}:${line} ${found}`);
}

function expectProblem(path: string, text: string, problem: string) {
  const problems = found({ [path]: text });
  expect(problems.some((one) => one.startsWith(`${path}:`) && one.includes(problem))).toBe(true);
}

const repeat = (text: string, count: number) => new Array(count).fill(text).join('\n');

it('finds nothing in a tidy repository', () => {
  expect(inspect(new Map(Object.entries(tidy)))).toEqual([]);
});

it('says where, what, why and what to do instead', () => {
  const text = "import { z } from 'zod';\nimport { readFileSync } from 'node:fs';\n";
  const [problem] = inspect(new Map(Object.entries({ ...tidy, 'src/model/used.ts': text })));
  expect(problem && formatProblem(problem)).toMatch(
    /^src\/model\/used\.ts:2 src\/model imports node:fs\n +why: .+\n +instead: .+$/,
  );
});

describe('the import table', () => {
  const noNode = Object.keys(walls).filter((folder) => walls[folder]?.node !== true);

  it.each(noNode)('keeps Node out of src/%s', (folder) => {
    const path = `src/${folder}/a.ts`;
    expectProblem(path, "import { open } from 'node:fs';", 'imports node:fs');
    expectProblem(path, 'export const home = process.env.HOME;', 'uses process');
    expectProblem(path, "export const b = Buffer.from('a');", 'uses Buffer');
  });

  it.each([
    ['model', '../render/b.ts'],
    ['render', '../db/b.ts'],
    ['pki', '../render/b.ts'],
    ['db', '../operations/b.ts'],
    ['operations', '../api/b.ts'],
    ['jobs', '../providers/b.ts'],
    ['providers', '../db/b.ts'],
    ['api', '../db/b.ts'],
    ['portal', '../operations/b.ts'],
    ['cli', '../operations/b.ts'],
    ['agent', '../api/b.ts'],
    ['cli', '../runtimes/b.ts'],
    ['model', '../../test/b.ts'],
  ])('keeps src/%s from importing %s', (folder, specifier) => {
    expectProblem(`src/${folder}/a.ts`, `import { b } from '${specifier}';`, ' imports ');
  });

  it.each([
    ['model', 'jose'],
    ['render', 'hono'],
    ['db', '@libsql/client'],
    ['db', 'drizzle-orm/libsql'],
    ['db', 'hono'],
    ['operations', 'hono'],
    ['jobs', 'hono'],
    ['api', 'drizzle-orm'],
    ['agent', 'jose'],
    ['cli', 'hono'],
  ])('keeps src/%s from the package %s', (folder, name) => {
    expectProblem(`src/${folder}/a.ts`, `import { b } from '${name}';`, `the package ${name}`);
  });

  it.each([
    "import type { b } from '../db/b.ts';",
    "import { type b } from '../db/b.ts';",
    "export { b } from '../db/b.ts';",
    "export * from '../db/b.ts';",
    "export const b = await import('../db/b.ts');",
    "export type B = import('../db/b.ts').B;",
  ])('sees every kind of import: %s', (text) => {
    expectProblem('src/api/a.ts', text, 'src/api imports src/db/b.ts');
  });

  it.each([
    ['src/cli/a.ts', "import type { App } from '../api/app.ts';"],
    ['src/cli/a.ts', "import { type App } from '../api/app.ts';"],
    ['src/db/a.ts', "import { eq } from 'drizzle-orm';"],
    ['src/db/a.ts', "import { text } from 'drizzle-orm/sqlite-core';"],
    ['src/operations/a.ts', "import { b } from '../db/b.ts';"],
    ['test/a.ts', "import { b } from '../src/runtimes/b.ts';"],
    ['src/agent/a.ts', 'export const b = (host: { fetch(): void }) => host.fetch();'],
  ])('allows in %s: %s', (path, text) => {
    expect(found({ [path]: text })).toEqual([]);
  });

  it('allows types of the API in the CLI, and nothing else', () => {
    expectProblem('src/cli/a.ts', "import { app } from '../api/app.ts';", 'imports src/api/app.ts');
  });

  it('asks for a line when a folder is new', () => {
    expectProblem('src/extra/a.ts', 'export const a = 1;', 'not in the import table');
    expectProblem('src/a.ts', 'export const a = 1;', 'not in the import table');
  });
});

describe('globals', () => {
  it.each([
    ['const a = Date.now();', 'Date.now'],
    ["const a = Date['now']();", 'Date.now'],
    ['const a = new Date();', 'new Date()'],
    ['const a = Math.random();', 'Math.random'],
    ['const a = fetch;', 'fetch'],
    ['const a = globalThis.fetch;', 'fetch'],
    ['const a = crypto.subtle;', 'crypto'],
    ['const a = { crypto };', 'crypto'],
  ])('keeps the model and the agent pure: %s', (text, name) => {
    expectProblem('src/model/a.ts', text, `uses ${name}`);
    expectProblem('src/agent/a.ts', text, `uses ${name}`);
  });

  it.each([
    'URL',
    'TextEncoder',
    'TextDecoder',
    'Buffer',
    'setTimeout',
    'AbortController',
    'BigInt',
  ])('keeps %s out of the agent', (name) => {
    expectProblem('src/agent/a.ts', `const a = ${name};`, `uses ${name}`);
  });

  it('knows a BigInt by its literal', () => {
    expectProblem('src/agent/a.ts', 'const a = 1n;', 'uses BigInt');
  });

  it('keeps the network out of operations', () => {
    expectProblem('src/operations/a.ts', "await fetch('https://a.test');", 'uses fetch');
  });

  it('allows a date of a given time, and members of the same name', () => {
    const text = 'export const a = (x: { crypto: 1 }) => [new Date(0), x.crypto];';
    expect(found({ 'src/model/a.ts': text })).toEqual([]);
  });
});

describe('sizes', () => {
  const lines = (count: number) => repeat('export {};', count);
  const longFunction = `export function f() {\n${repeat('  f();', 69)}\n}\n`;

  it('stops files at 300 lines, tests at 600', () => {
    expect(found({ 'src/model/a.ts': `${lines(300)}\n` })).toEqual([]);
    expectProblem('src/model/a.ts', `${lines(301)}\n`, 'has 301 lines');
    expect(found({ 'test/a.ts': `${lines(600)}\n` })).toEqual([]);
    expectProblem('test/a.ts', `${lines(601)}\n`, 'has 601 lines');
  });

  it('stops function bodies at 70 lines', () => {
    expect(found({ 'src/model/a.ts': longFunction.replace('  f();\n', '') })).toEqual([]);
    expectProblem('src/model/a.ts', longFunction, 'the function body has 71 lines');
    expectProblem('test/a.ts', longFunction, 'the function body has 71 lines');
  });

  it('counts nested functions of a test for themselves, but not in src', () => {
    const nested = repeat('  const g = () => {\n    f();\n    f();\n  };', 20);
    const text = `export function f() {\n${nested}\n}\n`;
    expect(found({ 'test/a.ts': text })).toEqual([]);
    expectProblem('src/model/a.ts', text, 'the function body has 82 lines');
  });

  it('stops lines at 100 columns, unless a URL cannot be wrapped', () => {
    expectProblem('src/model/a.ts', `// ${'word '.repeat(20)}`, 'columns');
    const url = `// https://a.test/${'a'.repeat(100)}`;
    expect(found({ 'src/model/a.ts': url })).toEqual([]);
  });

  it('lets generated files be as long as they are', () => {
    expect(found({ 'src/db/a.gen.ts': `${lines(400)}\n` })).toEqual([]);
  });
});

describe('bans', () => {
  it('refuses "any" wherever it stands', () => {
    expectProblem('src/model/a.ts', 'export let a: any;', 'the type "any"');
    expectProblem('test/a.ts', 'export const a = (b: any[]) => b;', 'the type "any"');
  });

  it('refuses a forced cast outside casts.ts', () => {
    const text = 'export const a = (b: string) => b as unknown as number;';
    expectProblem('src/db/a.ts', text, '"as unknown as"');
    expect(found({ 'src/db/casts.ts': text })).toEqual([]);
  });

  it.each(['TODO', 'FIXME', 'XXX'])('refuses %s without an issue', (word) => {
    expectProblem('src/model/a.ts', `export {};\n// ${word} later`, 'work left over');
    expect(found({ 'src/model/a.ts': `// ${word} #12 later` })).toEqual([]);
    expect(found({ 'src/model/a.ts': `export const a = '${word}';` })).toEqual([]);
  });

  it('finds the line of a note inside a longer comment', () => {
    const problems = found({ 'src/model/a.ts': 'export {};\n/*\n * fine\n * TODO later\n */' });
    expect(problems).toEqual(['src/model/a.ts:4 a note of work left over']);
  });

  it.each(['utils', 'helpers', 'misc', 'common'])('refuses a file called %s.ts', (name) => {
    expectProblem(`src/model/${name}.ts`, 'export {};', `the file name ${name}.ts`);
    expectProblem(`test/${name}.ts`, 'export {};', `the file name ${name}.ts`);
  });

  it('refuses file names that are not kebab-case', () => {
    expectProblem('src/model/TwoWords.ts', 'export {};', 'the file name TwoWords.ts');
    expectProblem('src/model/two_words.ts', 'export {};', 'the file name two_words.ts');
  });
});

describe('dead files', () => {
  const dead = (files: Record<string, string>) =>
    inspect(new Map(Object.entries({ ...tidy, ...files })))
      .filter(({ found }) => found === 'no program reaches this file')
      .map(({ path }) => path);

  it('finds a file that no entry point reaches, and what only it reaches', () => {
    const files = {
      'src/model/a.ts': "export * from './b.ts';",
      'src/model/b.ts': 'export const b = 1;',
    };
    expect(dead(files)).toEqual(['src/model/a.ts', 'src/model/b.ts']);
  });

  it('does not count a test as a program', () => {
    const files = {
      'src/model/a.ts': 'export const a = 1;',
      'test/a.ts': "export * from '../src/model/a.ts';",
    };
    expect(dead(files)).toEqual(['src/model/a.ts']);
  });

  it('follows dynamic imports and imports of types', () => {
    const files = {
      'src/runtimes/agent.ts':
        "import type { A } from '../model/a.ts';\n" +
        "export const b = (a: A) => import('../model/b.ts');",
      'src/model/a.ts': 'export type A = 1;',
      'src/model/b.ts': 'export const b = 1;',
    };
    expect(dead(files)).toEqual([]);
  });
});

describe('tests', () => {
  const test = (body: string) => `import { expect, it } from 'vitest';\n${body}\n`;

  it.each([
    "it('a', () => { f(); });",
    "it('a', () => undefined);",
    "it.each([1])('a', () => { f(); });",
    "function helper() {}\nit('a', () => helper());",
    "it('a', { timeout: 9 }, async () => { await f(); });",
  ])('refuses one without an assertion: %s', (body) => {
    expectProblem('test/a.test.ts', test(body), 'asserts nothing');
  });

  it.each([
    "it('a', () => expect(1).toBe(1));",
    "it('a', () => fc.assert(property));",
    "it('a', () => { expectSame(1, 1); });",
    "const check = () => same();\nfunction same() { expect(1).toBe(1); }\nit('a', () => check());",
    "export const a = /x/.test('x');",
  ])('takes this for a test that asserts: %s', (body) => {
    expect(found({ 'test/a.test.ts': test(body) })).toEqual([]);
  });

  it.each(['it.only', 'describe.only', 'it.concurrent.only', 'it.skip', 'it.todo'])(
    'refuses %s',
    (call) => {
      const text = test(`${call}('a', () => expect(1).toBe(1));`);
      expectProblem('test/a.test.ts', text, call.replace('.concurrent', ''));
    },
  );
});

describe('packages', () => {
  const withJose = JSON.stringify({ dependencies: { zod: '4' }, devDependencies: { jose: '6' } });

  it('asks for a line on each package', () => {
    expectProblem('package.json', withJose, 'the package jose has no line');
    const argued = `${documented}| \`jose\` | signs |\n`;
    expect(found({ 'package.json': withJose, 'docs/dependencies.md': argued })).toEqual([]);
  });

  it('does not take an empty reason', () => {
    const changes = { 'docs/dependencies.md': '| `zod` | \n' };
    expect(found(changes)).toEqual([
      'package.json:1 the package zod has no line in docs/dependencies.md',
    ]);
  });

  it('finds lines for packages that are gone', () => {
    const text = `${documented}| \`jose\` | signs |\n`;
    expectProblem('docs/dependencies.md', text, 'jose is not in package.json');
  });

  it('finds a registry in the lock and in .npmrc', () => {
    const lock = '{\n"resolved": "https://registry.example.test/zod.tgz"\n}';
    expect(found({ 'package-lock.json': lock })).toEqual([
      'package-lock.json:2 a registry is named',
    ]);
    expectProblem('.npmrc', 'registry=https://registry.example.test', 'a registry is named');
    expectProblem('.npmrc', '@a:registry=http://a.test', 'a registry is named');
    expectProblem('.npmrc', '//a.test/:always-auth=true', 'a registry is named');
  });
});

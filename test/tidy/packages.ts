// Rules for what we take from others: each package is argued for, and no registry is written down.

import type { Problem } from './source.ts';

type Versions = Record<string, string>;

const argued = 'docs/dependencies.md';

function packagesIn(packageJson: string): string[] {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(packageJson) as {
    [group: string]: Versions | undefined;
  };
  return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
}

function lineOf(text: string, part: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length;
}

/** Packages without a line in docs/dependencies.md, and lines there without a package. */
export function checkArguments(packageJson: string, document: string): Problem[] {
  const wanted = packagesIn(packageJson);
  const listed = [...document.matchAll(/^\| `([^`]+)` \|(.*)$/gm)];
  const names = listed.flatMap(([, name, rest]) => (name && rest?.trim() ? [name] : []));
  const missing = wanted.filter((name) => !names.includes(name));
  const stale = names.filter((name) => !wanted.includes(name));
  return [
    ...missing.map((name) => ({
      path: 'package.json',
      line: lineOf(packageJson, `"${name}"`),
      found: `the package ${name} has no line in ${argued}`,
      why: 'each package is code that we run and must answer for',
      instead: `say there in one line why it is worth it: "| \`${name}\` | … |"`,
    })),
    ...stale.map((name) => ({
      path: argued,
      line: lineOf(document, `\`${name}\``),
      found: `${name} is not in package.json`,
      why: 'a list that names what is gone is believed by nobody',
      instead: 'delete the line',
    })),
  ];
}

const registry = {
  why: 'the lock has to work with whatever registry or mirror the reader uses',
  instead: 'keep "omit-lockfile-registry-resolved=true" in .npmrc and run "npm install" again',
};

/** Places where the lockfile or .npmrc names a registry's host. */
export function checkRegistry(files: ReadonlyMap<string, string>): Problem[] {
  return ['package-lock.json', '.npmrc'].flatMap((path) => {
    const isLock = path === 'package-lock.json';
    const host = isLock
      ? /"resolved":\s*"(git\+)?(https?|ssh):/
      : /^\s*([^=\s]+:)?registry\s*=|^\s*\/\/|https?:\/\//;
    return (files.get(path) ?? '').split('\n').flatMap((text, index) => {
      if (!host.test(text)) return [];
      return [{ path, line: index + 1, found: 'a registry is named', ...registry }];
    });
  });
}

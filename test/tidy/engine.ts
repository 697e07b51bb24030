// All tidy rules over a map of path to text: pure, so that a test can break each rule on purpose.

import { checkBans } from './bans.ts';
import { checkDeadFiles } from './dead-files.ts';
import { checkGlobals } from './globals.ts';
import { checkArguments, checkRegistry } from './packages.ts';
import { checkSizes } from './sizes.ts';
import { type Problem, parseSource } from './source.ts';
import { checkTests } from './tests.ts';
import { checkWalls } from './walls.ts';

/** One problem as a person reads it. */
export function formatProblem({ path, line, found, why, instead }: Problem): string {
  return `${path}:${line} ${found}\n    why: ${why}\n    instead: ${instead}`;
}

/**
 * Everything untidy in a repository.
 * @param files text by path from the top of the repository, with "/" between parts
 */
export function inspect(files: ReadonlyMap<string, string>): Problem[] {
  const packageJson = files.get('package.json') ?? '{}';
  const sources = [...files]
    .filter(([path]) => /\.tsx?$/.test(path))
    .map(([path, text]) => parseSource(path, text));
  return [
    ...sources.flatMap((source) => [
      ...checkWalls(source),
      ...checkGlobals(source),
      ...checkSizes(source),
      ...checkBans(source),
      ...checkTests(source),
    ]),
    ...checkDeadFiles(sources, packageJson),
    ...checkArguments(packageJson, files.get('docs/dependencies.md') ?? ''),
    ...checkRegistry(files),
  ];
}

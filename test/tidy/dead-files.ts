// Files of src that no program reaches.

import type { Problem, Source } from './source.ts';
import { resolve } from './walls.ts';

function entryPoints(paths: readonly string[], packageJson: string): string[] {
  const { bin = {} } = JSON.parse(packageJson) as { bin?: Record<string, string> };
  const runtimes = paths.filter((path) => /^src\/runtimes\/[^/]+\.ts$/.test(path));
  return [...runtimes, 'src/cli/main.ts', 'src/portal/main.tsx', ...Object.values(bin)];
}

/** Every file of src that cannot be reached from an entry point, by whatever kind of import. */
export function checkDeadFiles(sources: readonly Source[], packageJson: string): Problem[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const waiting = entryPoints([...byPath.keys()], packageJson);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = byPath.get(path);
    if (!source || reached.has(path)) continue;
    reached.add(path);
    for (const { specifier } of source.imports)
      if (specifier.startsWith('.')) waiting.push(resolve(path, specifier));
  }
  return (
    sources
      // Declarations are taken in by the compiler, not by an import.
      .filter(
        ({ path }) => path.startsWith('src/') && !path.endsWith('.d.ts') && !reached.has(path),
      )
      .map(({ path }) => ({
        path,
        line: 1,
        found: 'no program reaches this file',
        why: 'code that nothing runs is read, changed and trusted all the same',
        instead: 'import it where it is needed, or delete it',
      }))
  );
}

// What nobody writes here: casts that hide errors, work left over, names that say nothing.

import { child, type Placed, type Problem, type Source } from './source.ts';

const leftover = /\b(TODO|FIXME|XXX|HACK)\b(?!\s*\(?#\d+)/;
const emptyNames = /(^|\/)(utils?|helpers?|misc|common|shared|stuff)\.tsx?$/;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const castFile = /(^|\/)casts\.ts$/;

function isDoubleCast({ node }: Placed): boolean {
  const inner = child(node, 'expression');
  return (
    node.type === 'TSAsExpression' &&
    inner?.type === 'TSAsExpression' &&
    child(inner, 'typeAnnotation')?.type === 'TSUnknownKeyword'
  );
}

function checkTypes(source: Source): Problem[] {
  return source.nodes.flatMap((placed) => {
    const at = { path: source.path, line: source.lineOf(placed.node.start) };
    if (placed.node.type === 'TSAnyKeyword')
      return [
        {
          ...at,
          found: 'the type "any"',
          why: '"any" turns the compiler off for whatever it touches',
          instead: 'use the real type, or "unknown" and parse it with a schema',
        },
      ];
    if (isDoubleCast(placed) && !castFile.test(source.path))
      return [
        {
          ...at,
          found: '"as unknown as"',
          why: 'a forced cast is a promise that nobody can find again',
          instead: 'parse, or put it into a named function in casts.ts that says why it is sound',
        },
      ];
    return [];
  });
}

function checkLeftovers({ path, comments }: Source): Problem[] {
  return comments
    .filter(({ text }) => leftover.test(text))
    .map(({ text, line }) => ({
      path,
      line: line + text.slice(0, text.search(leftover)).split('\n').length - 1,
      found: 'a note of work left over',
      why: 'a note that nobody tracks stays for ever',
      instead: 'do it now, or open an issue and name it: "TODO #12"',
    }));
}

function checkName({ path }: Source): Problem[] {
  const name = path.split('/').at(-1) ?? '';
  if (emptyNames.test(path))
    return [
      {
        path,
        line: 1,
        found: `the file name ${name}`,
        why: 'a file named after nothing becomes a drawer for everything',
        instead: 'name it after what it is about',
      },
    ];
  if (kebab.test(name)) return [];
  return [
    {
      path,
      line: 1,
      found: `the file name ${name}`,
      why: 'names that differ in case only are the same file on some systems',
      instead: 'write it in kebab-case',
    },
  ];
}

export function checkBans(source: Source): Problem[] {
  return [...checkTypes(source), ...checkLeftovers(source), ...checkName(source)];
}

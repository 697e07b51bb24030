// How long files, functions and lines may be.

import { type AstNode, child, type Placed, type Problem, type Source } from './source.ts';

const fileLines = 300;
const testFileLines = 600;
const functionLines = 70;
const lineColumns = 100;

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function isTest(path: string): boolean {
  return /^(test|lab|bench)\//.test(path);
}

function checkFile({ path, lines }: Source): Problem[] {
  const most = isTest(path) ? testFileLines : fileLines;
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  if (count <= most) return [];
  return [
    {
      path,
      line: most + 1,
      found: `the file has ${count} lines`,
      why: `a file of at most ${most} lines is read in one go`,
      instead: 'split it by what its parts are about, not by size',
    },
  ];
}

function linesOf(source: Source, node: AstNode): number {
  return source.lineOf(node.end) - source.lineOf(node.start) + 1;
}

/** Lines of functions nested directly in this one, which in tests count for themselves. */
function nestedLines(source: Source, body: AstNode): number {
  let lines = 0;
  let end = body.start;
  for (const { node } of source.nodes) {
    if (node.start < end || node.end > body.end || node === body) continue;
    if (!functions.has(node.type)) continue;
    lines += Math.max(0, linesOf(source, node) - 2);
    end = node.end;
  }
  return lines;
}

function checkFunction(source: Source, { node }: Placed): Problem[] {
  const body = child(node, 'body');
  if (!body || linesOf(source, body) <= functionLines) return [];
  const own = linesOf(source, body) - (isTest(source.path) ? nestedLines(source, body) : 0);
  if (own <= functionLines) return [];
  return [
    {
      path: source.path,
      line: source.lineOf(node.start),
      found: `the function body has ${own} lines`,
      why: `a function of at most ${functionLines} lines fits on a screen`,
      instead: 'keep the control flow here and move its steps into named functions below',
    },
  ];
}

function checkLine(path: string, text: string, index: number): Problem[] {
  // A URL cannot be wrapped.
  if (text.length <= lineColumns || /https?:\/\/\S{40}/.test(text)) return [];
  return [
    {
      path,
      line: index + 1,
      found: `the line has ${text.length} columns`,
      why: `lines of at most ${lineColumns} columns can be read side by side`,
      instead: 'wrap the comment, or build the string from parts',
    },
  ];
}

/** Files, function bodies and lines that are too long. Generated files (`.gen.ts`) may be. */
export function checkSizes(source: Source): Problem[] {
  if (source.path.endsWith('.gen.ts')) return [];
  return [
    ...checkFile(source),
    ...source.nodes
      .filter(({ node }) => functions.has(node.type))
      .flatMap((placed) => checkFunction(source, placed)),
    ...source.lines.flatMap((text, index) => checkLine(source.path, text, index)),
  ];
}

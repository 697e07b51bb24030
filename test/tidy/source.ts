// One parsed TypeScript file: its nodes in a flat list with their parents, imports and comments.

import { parseSync } from 'vite';

export interface AstNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export interface Placed {
  node: AstNode;
  parent: Placed | undefined;
}

export interface Import {
  specifier: string;
  line: number;
  typeOnly: boolean;
}

export interface Source {
  path: string;
  lines: readonly string[];
  nodes: readonly Placed[];
  imports: readonly Import[];
  comments: readonly { text: string; line: number }[];
  /** The line, counted from 1, of a place in the text. */
  lineOf(offset: number): number;
}

/** What a rule finds: where, what, why the rule exists and what to do instead. */
export interface Problem {
  path: string;
  line: number;
  found: string;
  why: string;
  instead: string;
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The node below `key`, if there is one. */
export function child(node: AstNode, key: string): AstNode | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

/** The nodes in the list below `key`. */
export function children(node: AstNode, key: string): AstNode[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The text below `key`, such as the name of an identifier or the value of a literal. */
export function textOf(node: AstNode | undefined, key: string): string | undefined {
  const value = node?.[key];
  return typeof value === 'string' ? value : undefined;
}

function flatten(root: AstNode): Placed[] {
  const found: Placed[] = [];
  const waiting: Placed[] = [{ node: root, parent: undefined }];
  for (let placed = waiting.pop(); placed; placed = waiting.pop()) {
    found.push(placed);
    for (const value of Object.values(placed.node))
      for (const node of Array.isArray(value) ? value : [value])
        if (isNode(node)) waiting.push({ node, parent: placed });
  }
  return found.sort((a, b) => a.node.start - b.node.start || b.node.end - a.node.end);
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

function allSpecifiersAreTypes(node: AstNode, kind: string): boolean {
  const specifiers = children(node, 'specifiers');
  return specifiers.length > 0 && specifiers.every((one) => one[kind] === 'type');
}

function isTypeOnly(node: AstNode): boolean {
  if (node.type === 'TSImportType') return true;
  const kind = node.type === 'ImportDeclaration' ? 'importKind' : 'exportKind';
  return node[kind] === 'type' || allSpecifiersAreTypes(node, kind);
}

/** Parses a file. A syntax error throws: `tsc` says more about it than a tidy rule could. */
export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  if (errors[0]) throw new SyntaxError(`${path}: ${errors[0].message}`);
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  const lineOf = (offset: number) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  const nodes = isNode(program) ? flatten(program) : [];
  const imports = nodes.flatMap(({ node }) => {
    if (!importing.has(node.type)) return [];
    const specifier = textOf(child(node, 'source'), 'value');
    return specifier === undefined
      ? []
      : [{ specifier, line: lineOf(node.start), typeOnly: isTypeOnly(node) }];
  });
  return {
    path,
    lines: text.split('\n'),
    nodes,
    imports,
    comments: comments.map((one) => ({ text: one.value, line: lineOf(one.start) })),
    lineOf,
  };
}

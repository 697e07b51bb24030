// Rules for tests: each asserts something, and none is switched off or singled out.

import { type AstNode, child, children, type Problem, type Source, textOf } from './source.ts';

const functionTypes = ['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration'];
const asserting = /^(expect|assert)/;
const switches = /^(only|skip|todo)$/;

/** `it` of `it('…')`, `it.each([])('…')` and `it.concurrent('…')`. */
function rootName(callee: AstNode | undefined): string | undefined {
  let node = callee;
  while (node && node.type !== 'Identifier')
    node = child(node, 'object') ?? child(node, 'callee') ?? child(node, 'tag');
  return textOf(node, 'name');
}

function isTestCall(node: AstNode): boolean {
  if (node.type !== 'CallExpression') return false;
  const root = rootName(child(node, 'callee'));
  return (root === 'it' || root === 'test') && bodyOf(node) !== undefined;
}

function bodyOf(call: AstNode): AstNode | undefined {
  const [title, ...rest] = children(call, 'arguments');
  return title && rest.find((argument) => functionTypes.includes(argument.type));
}

function calledNames(source: Source, within: AstNode): string[] {
  return source.nodes.flatMap(({ node }) => {
    if (node.type !== 'CallExpression') return [];
    if (node.start < within.start || node.end > within.end) return [];
    const callee = child(node, 'callee');
    const last = callee?.type === 'MemberExpression' ? child(callee, 'property') : callee;
    return [textOf(last, 'name') ?? '', rootName(callee) ?? ''];
  });
}

/** Functions of this file by name: declared, or a constant that holds one. */
function localFunctions(source: Source): Map<string, AstNode> {
  const found = new Map<string, AstNode>();
  for (const { node } of source.nodes) {
    const value = node.type === 'VariableDeclarator' ? child(node, 'init') : node;
    const name = textOf(child(node, 'id'), 'name');
    if (name && value && functionTypes.includes(value.type)) found.set(name, value);
  }
  return found;
}

function assertingNames(source: Source): Set<string> {
  const locals = localFunctions(source);
  const known = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [name, body] of locals) {
      if (known.has(name)) continue;
      if (!calledNames(source, body).some((one) => asserting.test(one) || known.has(one))) continue;
      known.add(name);
      grown = true;
    }
  }
  return known;
}

function checkAssertions(source: Source): Problem[] {
  const calls = source.nodes.filter(({ node }) => isTestCall(node));
  const known = calls.length > 0 ? assertingNames(source) : new Set<string>();
  return calls.flatMap(({ node }) => {
    const body = bodyOf(node);
    const names = body ? calledNames(source, body) : [];
    if (names.some((name) => asserting.test(name) || known.has(name))) return [];
    return [
      {
        path: source.path,
        line: source.lineOf(node.start),
        found: 'a test that asserts nothing',
        why: 'it passes whatever the code does',
        instead: 'expect something, or call a function whose name begins with expect or assert',
      },
    ];
  });
}

function checkSwitches(source: Source): Problem[] {
  return source.nodes.flatMap(({ node }) => {
    if (node.type !== 'MemberExpression') return [];
    const root = rootName(node);
    const name = textOf(child(node, 'property'), 'name') ?? '';
    if (!/^(it|test|describe)$/.test(root ?? '') || !switches.test(name)) return [];
    return [
      {
        path: source.path,
        line: source.lineOf(node.start),
        found: `${root}.${name}`,
        why: 'tests that do not run look exactly like tests that pass',
        instead: 'run them all; inside a test, context.skip(reason) says why it cannot run here',
      },
    ];
  });
}

export function checkTests(source: Source): Problem[] {
  if (!/^(test|lab)\//.test(source.path)) return [];
  return [...checkAssertions(source), ...checkSwitches(source)];
}

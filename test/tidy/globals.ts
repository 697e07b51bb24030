// Which globals a walled folder may not reach for: the clock, chance, the network, the platform.

import {
  type AstNode,
  child,
  children,
  type Placed,
  type Problem,
  type Source,
  textOf,
} from './source.ts';
import { folderOf, walls } from './walls.ts';

const platform = ['process', 'Buffer', 'require', 'global', '__dirname', '__filename'];
const impure = ['Date.now', 'Math.random', 'fetch', 'crypto'];
const notInTheEngine = [
  'URL',
  'URLSearchParams',
  'TextEncoder',
  'TextDecoder',
  'setTimeout',
  'setInterval',
  'clearTimeout',
  'clearInterval',
  'AbortController',
  'AbortSignal',
  'BigInt',
];

interface Ban {
  names: ReadonlySet<string>;
  why: string;
  instead: string;
}

const bans: Readonly<Record<string, Ban>> = {
  model: {
    names: new Set([...impure, 'new Date()']),
    why: 'the model is pure: the same input gives the same answer in every test and runtime',
    instead: 'take the time, the random bytes or the answer as an argument',
  },
  agent: {
    names: new Set([...impure, ...notInTheEngine, 'new Date()']),
    why: "the native agent's engine does not have it, and the core has one door outside: Host",
    instead: 'ask Host for it; src/model/encoding.ts has base64 and UTF-8 in plain TypeScript',
  },
  operations: {
    names: new Set(['fetch']),
    why: 'an operation reads and writes our database; what goes outside is a job',
    instead: 'write a job row in the same change and let its handler call',
  },
};

const noNode: Omit<Ban, 'names'> = {
  why: 'code that asks which platform it is on belongs in src/runtimes',
  instead: 'take it as an argument, or use the Web standard (Uint8Array, URL, WebCrypto)',
};

const keyed = new Set([
  'Property',
  'PropertyDefinition',
  'MethodDefinition',
  'TSPropertySignature',
  'TSMethodSignature',
  'TSEnumMember',
]);

/** Whether an identifier is only the name of a member, not a variable or a type. */
function isMemberName({ node, parent }: Placed): boolean {
  if (!parent) return false;
  const { node: above } = parent;
  if (above.computed === true) return false;
  if (above.type === 'MemberExpression') return above.property === node;
  if (above.type === 'TSQualifiedName') return above.right === node;
  return keyed.has(above.type) && above.key === node && above.shorthand !== true;
}

function nameOf(placed: Placed): string | undefined {
  const { node } = placed;
  if (node.type === 'Identifier' && !isMemberName(placed)) return textOf(node, 'name');
  if (node.type === 'MemberExpression') return memberName(node);
  if (node.type === 'Literal' && typeof node.bigint === 'string') return 'BigInt';
  const isDate = node.type === 'NewExpression' && textOf(child(node, 'callee'), 'name') === 'Date';
  return isDate && children(node, 'arguments').length === 0 ? 'new Date()' : undefined;
}

function memberName(node: AstNode): string | undefined {
  const object = textOf(child(node, 'object'), 'name');
  const property = child(node, 'property');
  const name = textOf(property, 'name') ?? textOf(property, 'value');
  if (object === 'globalThis') return name;
  return object === undefined ? undefined : `${object}.${name}`;
}

/**
 * Every use of a banned global. A variable of the same name counts too: telling the two apart by
 * eye is what the rule wants to spare the reader.
 */
export function checkGlobals(source: Source): Problem[] {
  const folder = folderOf(source.path);
  if (folder === undefined) return [];
  const ban = bans[folder];
  const withoutNode = walls[folder]?.node !== true;
  return source.nodes.flatMap((placed) => {
    const name = nameOf(placed);
    if (name === undefined) return [];
    const broken = ban?.names.has(name)
      ? ban
      : withoutNode && platform.includes(name)
        ? noNode
        : undefined;
    if (!broken) return [];
    const line = source.lineOf(placed.node.start);
    const { why, instead } = broken;
    return [{ path: source.path, line, found: `src/${folder} uses ${name}`, why, instead }];
  });
}

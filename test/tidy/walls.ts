// Who may import whom: the table of the design, and the check of every import against it.

import type { Problem, Source } from './source.ts';

interface Wall {
  /** Folders of src whose code it may use, besides its own. */
  folders: readonly string[];
  /** Folders of src from which it may take types and nothing else. */
  types?: readonly string[];
  packages: readonly string[] | 'any';
  /** Whether it may use the modules and globals of Node. */
  node?: boolean;
  why: string;
}

/** The walls of src. A folder that is not here may import nothing until it has a line. */
export const walls: Readonly<Record<string, Wall>> = {
  model: {
    folders: [],
    packages: ['zod'],
    why: 'the model is what every other part rests on, so it rests on nothing',
  },
  render: {
    folders: ['model'],
    packages: ['uqr', 'plist', 'nanotar'],
    why: 'rendering runs in the agent, the API, the browser and tests, so it is text from data',
  },
  pki: {
    folders: ['model'],
    // The last three know formats of others, each behind one file.
    packages: ['jose', 'zod', '@simplewebauthn/server', 'otpauth', 'node-forge'],
    why: 'signing uses WebCrypto alone, which both runtimes and browsers have',
  },
  db: {
    folders: ['model'],
    packages: ['drizzle-orm', 'zod'],
    why: 'the driver is handed in, so that the same code serves a file and a remote database',
  },
  operations: {
    folders: ['model', 'render', 'pki', 'db'],
    packages: ['drizzle-orm', 'jose', 'zod'],
    why: 'an operation knows no HTTP and no platform, so that API, jobs and tests can all call it',
  },
  jobs: {
    folders: ['operations', 'db', 'model', 'render', 'pki'],
    packages: ['drizzle-orm', 'zod'],
    why: 'the outside services of a job arrive as arguments, so that tests can stand in for them',
  },
  providers: {
    folders: ['model'],
    types: ['jobs', 'operations'],
    packages: 'any',
    why: 'a provider speaks to one outside service and knows nothing of our data',
  },
  api: {
    folders: ['operations', 'model'],
    packages: ['hono', 'jose', 'zod'],
    why: 'a route parses, calls an operation and answers; data is read where the rules are',
  },
  client: {
    folders: [],
    packages: [],
    why: 'integrators run it in browsers and on Node alike, and take nothing of ours along',
  },
  portal: {
    folders: ['client', 'model', 'render', 'pki'],
    types: ['api'],
    packages: 'any',
    why: 'the portal is a client of the public API like any other',
  },
  cli: {
    folders: ['client', 'model', 'render', 'pki'],
    types: ['api'],
    packages: ['commander', 'zod'],
    node: true,
    why: 'the command line is a client of the public API like any other',
  },
  agent: {
    folders: ['model', 'render'],
    packages: ['zod'],
    why: 'its core must run on the small native engine, which has the language and nothing else',
  },
  runtimes: {
    folders: [
      'model',
      'render',
      'pki',
      'db',
      'operations',
      'jobs',
      'providers',
      'api',
      'portal',
      'agent',
    ],
    packages: 'any',
    node: true,
    why: 'it is where platforms meet code',
  },
};

/** Packages that bring a database driver along, which `db` is handed instead. */
const drivers = /^(@libsql\/|drizzle-orm\/(libsql|d1|better-sqlite3|bun-sqlite|durable-sqlite))/;

/** The folder of src that a file belongs to. */
export function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** The path that a relative specifier names, from the top of the repository. */
export function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function folderFault(own: string, wall: Wall, target: string, typeOnly: boolean) {
  const folder = folderOf(target);
  if (folder === own) return undefined;
  if (folder === undefined)
    return { found: `imports ${target}, which is outside src`, instead: 'move the code into src' };
  if (folder === 'runtimes')
    return {
      found: `imports ${target}, but nothing imports src/runtimes`,
      instead: 'take what differs between platforms as an argument; src/runtimes passes it in',
    };
  if (wall.folders.includes(folder) || (typeOnly && wall.types?.includes(folder))) return undefined;
  return {
    found: `src/${own} imports ${target}`,
    instead: wall.types?.includes(folder)
      ? `take types alone from src/${folder}: "import type"`
      : `it may use ${wall.folders.map((name) => `src/${name}`).join(', ') || 'only itself'}; ` +
        'take the rest as an argument or move the code to where it belongs',
  };
}

function packageFault(own: string, wall: Wall, specifier: string) {
  if (specifier.startsWith('node:')) {
    if (wall.node) return undefined;
    return {
      found: `src/${own} imports ${specifier}`,
      why: 'the same code runs at the edge, in browsers and in the agent, which have no Node',
      instead: 'take what you need of Node as an argument; src/runtimes passes it in',
    };
  }
  if (wall.packages === 'any') return undefined;
  if (wall.packages.includes(packageOf(specifier)) && !drivers.test(specifier)) return undefined;
  return {
    found: `src/${own} imports the package ${specifier}`,
    instead:
      `it may use ${wall.packages.join(', ') || 'no package'}; do without, or argue for it in ` +
      'docs/dependencies.md and add it to the table in test/tidy/walls.ts',
  };
}

/** Every import of a file in src that the table does not allow. */
export function checkWalls(source: Source): Problem[] {
  if (!source.path.startsWith('src/')) return [];
  const own = folderOf(source.path);
  const wall = own === undefined ? undefined : walls[own];
  if (own === undefined || wall === undefined)
    return [
      {
        path: source.path,
        line: 1,
        found: 'this folder is not in the import table',
        why: 'a part without a wall soon depends on everything',
        instead: 'move the file into a folder of the design, or add a line to test/tidy/walls.ts',
      },
    ];
  return source.imports.flatMap(({ specifier, line, typeOnly }) => {
    const fault = specifier.startsWith('.')
      ? folderFault(own, wall, resolve(source.path, specifier), typeOnly)
      : packageFault(own, wall, specifier);
    return fault ? [{ path: source.path, line, why: wall.why, ...fault }] : [];
  });
}

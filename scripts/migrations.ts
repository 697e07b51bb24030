// `npm run migrations -- name`: writes the SQL that brings both databases from the last migration
// to today's schema, then packs all migrations into src/db/migrations.gen.ts, because the edge has
// no file system to read them from.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const databases = ['directory', 'tenant'] as const;

function generate(database: string, name: string): void {
  const { status } = spawnSync('drizzle-kit', ['generate', '--name', name], {
    stdio: 'inherit',
    env: { ...process.env, SALLYPORT_SCHEMA: database },
  });
  if (status !== 0) process.exit(1);
}

function pack(database: string): string {
  const folder = `migrations/${database}`;
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  const entries = files.sort().map((file) => {
    const sql = readFileSync(`${folder}/${file}`, 'utf8');
    const statements = sql.split('--> statement-breakpoint').map((text) => text.trim());
    return { tag: file.slice(0, -'.sql'.length), statements };
  });
  return JSON.stringify(entries, null, 2);
}

const name = process.argv[2];
if (name) for (const database of databases) generate(database, name);
const lines = databases.map(
  (database) => `export const ${database}Migrations: readonly Migration[] = ${pack(database)};\n`,
);
const head = [
  '// Written by scripts/migrations.ts; do not edit.',
  '',
  "import type { Migration } from './migrate.ts';",
  '',
  '',
].join('\n');
writeFileSync('src/db/migrations.gen.ts', head + lines.join('\n'));

// Loaded into the real control plane with --import: from one SIGUSR2 to the next it keeps every
// statement that reaches a database; each signal prints what was kept as a line of JSON.

import Database from 'libsql';

let kept: unknown[] | undefined;
let signals = 0;

interface Prepared {
  all(args: unknown[]): unknown;
  run(args: unknown[]): unknown;
}

const prepare: (sql: string) => Prepared = Database.prototype.prepare;
Object.defineProperty(Database.prototype, 'prepare', {
  value(sql: string) {
    const statement = prepare.call(this, sql);
    for (const name of ['all', 'run'] as const) {
      const method = statement[name];
      statement[name] = (args) => {
        kept?.push({ sql, args });
        return method.call(statement, args);
      };
    }
    return statement;
  },
});

process.on('SIGUSR2', () => {
  signals += 1;
  console.log(JSON.stringify({ signals, statements: kept ?? [] }));
  kept = kept ? undefined : [];
});

// Loaded into the real control plane with --import: keeps every statement that reaches a database,
// and prints those since the last time as a line of JSON on SIGUSR2.

import { Sqlite3Client } from '@libsql/client/sqlite3';

let statements: unknown[] = [];

const { batch } = Sqlite3Client.prototype;
Sqlite3Client.prototype.batch = function counted(list, mode) {
  statements.push(...list);
  return batch.call(this, list, mode);
};

process.on('SIGUSR2', () => {
  console.log(JSON.stringify({ statements }));
  statements = [];
});

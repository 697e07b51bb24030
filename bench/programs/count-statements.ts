// Loaded into the real control plane with --import: from one SIGUSR2 to the next it keeps every
// statement that reaches a database; each signal prints what was kept as a line of JSON.

import { Sqlite3Client } from '@libsql/client/sqlite3';

let kept: unknown[] | undefined;
let signals = 0;

const { batch } = Sqlite3Client.prototype;
Sqlite3Client.prototype.batch = function counted(list, mode) {
  kept?.push(...list);
  return batch.call(this, list, mode);
};

process.on('SIGUSR2', () => {
  signals += 1;
  console.log(JSON.stringify({ signals, statements: kept ?? [] }));
  kept = kept ? undefined : [];
});

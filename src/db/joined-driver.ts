// Joins what reaches a database at the same time. When a change wakes many agents of a tenant, what
// they read is one round trip, and what they report is one transaction.

import type { Driver, Mode, Row, Statement } from './driver.ts';

interface Batch {
  statements: readonly Statement[];
  resolve(results: Row[][] | Promise<Row[][]>): void;
}

export interface JoinOptions {
  /** How long notes wait for others. Reads wait for those of the same turn only. */
  noteMilliseconds: number;
  /** Statements that are run as one. */
  most: number;
}

/** Not for a runtime that forbids a request to wait for another one's work. */
export function joinBatches(driver: Driver, { noteMilliseconds, most }: JoinOptions): Driver {
  const run = async (batches: Batch[], mode: Mode): Promise<void> => {
    const alone = (): void => {
      for (const { statements, resolve } of batches) resolve(driver.batch(statements, mode));
    };
    if (batches.length === 1) return alone();
    try {
      const all = batches.flatMap(({ statements }) => statements);
      const results = await driver.batch(all, mode);
      for (const { statements, resolve } of batches) resolve(results.splice(0, statements.length));
    } catch {
      // One of them is to blame, and the others are not.
      alone();
    }
  };
  const join = (mode: Mode, later: (flush: () => void) => void): Driver['batch'] => {
    let waiting: Batch[] = [];
    let count = 0;
    const flush = (): void => {
      const batches = waiting;
      waiting = [];
      count = 0;
      if (batches.length > 0) void run(batches, mode);
    };
    return (statements) =>
      new Promise((resolve) => {
        if (count + statements.length > most) flush();
        if (waiting.length === 0) later(flush);
        waiting.push({ statements, resolve });
        count += statements.length;
      });
  };
  const read = join('read', queueMicrotask);
  const note = join('note', (flush) => setTimeout(flush, noteMilliseconds));
  return {
    ...driver,
    batch(statements, mode) {
      if (mode === 'write') return driver.batch(statements, mode);
      return mode === 'read' ? read(statements, mode) : note(statements, mode);
    },
  };
}

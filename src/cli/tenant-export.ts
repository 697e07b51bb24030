// A tenant's export as a file, which gets its name only once it is known to be whole.

import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type ExportLine, exportLineSchema } from '../model/tenant-export.ts';
import { Failure, messageOf, refused, usage } from './failure.ts';
import type { Session } from './session.ts';

export interface Exported {
  file: string;
  rows: number;
  /** Rows of each table. */
  counts: Record<string, number>;
  /** Whether something was changed while it was read. */
  changed: boolean;
}

function parse(line: string): ExportLine {
  try {
    return exportLineSchema.parse(JSON.parse(line));
  } catch (error) {
    throw refused('the export has a line that this version does not understand', [
      messageOf(error),
    ]);
  }
}

function cutShort(cause?: unknown): Failure {
  return refused('the export was cut short, and nothing is kept of it', ['Try again.'], cause);
}

/** Counts the lines as they come, and says at the end whether all are there. */
class Tally {
  readonly counts: Record<string, number> = {};
  rows = 0;
  changed = false;
  #begun: number | undefined;
  #ended = false;

  add(line: ExportLine): void {
    if (this.#ended || (this.#begun === undefined) !== (line.kind === 'manifest')) throw cutShort();
    if (line.kind === 'manifest') {
      this.#begun = line.head.number;
    } else if (line.kind === 'row') {
      this.counts[line.table] = (this.counts[line.table] ?? 0) + 1;
      this.rows++;
    } else {
      this.#ended = line.rows === this.rows;
      this.changed = line.head.number !== this.#begun;
    }
  }

  check(): void {
    if (!this.#ended) throw cutShort();
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    throw usage(`cannot write ${path}: ${messageOf(error)}`);
  }
}

/**
 * Writes the export and verifies its counts.
 * @throws Failure when the file is there already, or the export does not come whole
 */
export async function exportTo(session: Session, file: string): Promise<Exported> {
  if (existsSync(file)) throw usage(`${file} is there already`, 'Give another --out.');
  const part = `${file}.part`;
  const handle = open(part);
  const tally = new Tally();
  try {
    for await (const line of session.download(`${session.tenantPath()}/export`)) {
      tally.add(parse(line));
      writeSync(handle, `${line}\n`);
    }
    tally.check();
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error instanceof Failure ? error : cutShort(error);
  } finally {
    closeSync(handle);
  }
  const { rows, counts, changed } = tally;
  return { file, rows, counts, changed };
}

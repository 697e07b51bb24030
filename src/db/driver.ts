// What a database must be able to do for us. The runtime hands in the driver; nothing above knows
// whether it is a file or a server.

export type Value = string | number | null | Uint8Array;
export interface Statement {
  sql: string;
  args: Value[];
}
export type Row = readonly unknown[];

/**
 * `read` sees one snapshot and takes no write lock. `note` writes without waiting for the disk:
 * when the power fails, the newest notes may be gone, and nothing else.
 */
export type Mode = 'read' | 'write' | 'note';

export interface Driver {
  /**
   * Runs the statements in one transaction and one round trip: all of them or none.
   * @throws ConstraintError when a row breaks a rule of the schema; SallyportError `busy` when the
   * database did not answer in time
   */
  batch(statements: readonly Statement[], mode: Mode): Promise<Row[][]>;
  /**
   * Runs work that reads, decides and writes. Where callers can queue, they do instead of racing;
   * what decides between processes is the primary key of the revisions.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Lets go of what it holds; a later call may open it again. */
  close(): Promise<void>;
}

/** A unique, foreign key or check rule was broken. `columns` is such as `revisions.number`. */
export class ConstraintError extends Error {
  readonly columns: string;

  constructor(columns: string, options?: ErrorOptions) {
    super(`constraint failed: ${columns}`, options);
    this.name = 'ConstraintError';
    this.columns = columns;
  }
}

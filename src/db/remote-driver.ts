// The driver for a database behind HTTP or WebSocket: a fresh client per batch, because one runtime
// forbids to share them, a time limit on every call, and the same errors as for a file.

import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Driver, Mode, Row, Statement } from './driver.ts';
import { translateError } from './translate-error.ts';
import { within } from './within.ts';

/** The part of libSQL's client that is used; the runtime passes a real one. */
export interface RemoteClient {
  batch(
    statements: { sql: string; args: Statement['args'] }[],
    mode: 'read' | 'write',
  ): Promise<{ rows: ArrayLike<unknown>[] }[]>;
  close(): void;
}

function unreachable(cause: unknown): SallyportError {
  return new SallyportError('busy', 'The database did not answer.', {
    wayOut: 'Try again in a moment.',
    cause,
  });
}

// What SQL itself refuses carries one of these codes; everything else is the way to the database.
const ownCode = /^(SQLITE_|SQL_|ARGS_)/;

function translateRemote(error: unknown): Error {
  const ours = translateError(error);
  if (ours !== error || ours instanceof SallyportError) return ours;
  const code = 'code' in ours && typeof ours.code === 'string' ? ours.code : '';
  return ownCode.test(code) ? ours : unreachable(error);
}

/**
 * @param connect opens a client; called for every batch, because one runtime forbids sharing it
 * between requests
 */
export function createRemoteDriver(
  connect: () => RemoteClient,
  milliseconds: number = limits.databaseAnswerMilliseconds,
): Driver {
  const run = async (statements: readonly Statement[], mode: Mode): Promise<Row[][]> => {
    let client: RemoteClient | undefined;
    try {
      client = connect();
      const results = await within(
        milliseconds,
        client.batch([...statements], mode === 'read' ? 'read' : 'write'),
        unreachable,
      );
      return results.map((result) => result.rows.map((row) => Array.from(row)));
    } catch (error) {
      throw translateRemote(error);
    } finally {
      client?.close();
    }
  };
  return { batch: run, exclusively: (work) => work(), close: async () => undefined };
}

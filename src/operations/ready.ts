// Whether the control plane can do its work: the directory answers and is of this version.

import { sql } from 'drizzle-orm';
import { directoryMigrations } from '../db/migrations.gen.ts';
import { within } from '../db/within.ts';
import { type ErrorCode, SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import type { Services } from './services.ts';

const pause = 'Wait; if it stays, the operator finds the cause in the log.';

function notReady(code: ErrorCode, detail: string, cause?: unknown): SallyportError {
  return new SallyportError(code, detail, { wayOut: pause, cause });
}

async function askDirectory({ directory }: Services): Promise<void> {
  const query = directory.build.select({ tag: sql<string>`tag` }).from(sql`_migrations`);
  const late = (cause: unknown) => notReady('busy', 'The directory does not answer.', cause);
  const [rows] = await within(
    limits.readyMilliseconds,
    directory.run(query.orderBy(sql`tag`)),
    late,
  );
  const isWhole = directoryMigrations.every(({ tag }, index) => rows[index]?.tag === tag);
  if (!isWhole || rows.length !== directoryMigrations.length)
    throw notReady('not_migrated', 'The directory is not of this version.');
}

/**
 * Answers whether the directory can be used: undefined if so, else why not. At most one question
 * reaches the directory in `readyEveryMilliseconds`; whoever asks in between gets the last answer.
 */
export function createReadiness(
  services: Services,
  log: Log,
): () => Promise<SallyportError | undefined> {
  let nextAt = 0;
  let last: SallyportError | undefined = notReady('busy', 'It is not known yet.');
  return async () => {
    // By time and not by a shared promise: on one runtime a request must not wait for another's.
    const now = services.now();
    if (now < nextAt && now >= nextAt - limits.readyEveryMilliseconds) return last;
    nextAt = now + limits.readyEveryMilliseconds;
    try {
      await askDirectory(services);
      last = undefined;
    } catch (error) {
      log.error({ err: error }, 'not_ready');
      last =
        error instanceof SallyportError
          ? notReady(error.code, error.message)
          : notReady('busy', 'The directory cannot be read.');
    }
    return last;
  };
}

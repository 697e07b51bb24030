// sealing.renew: seals again, with the newest key, what older ones sealed in one database. Each
// batch is kept when it is done, so a run that was cut off goes on where it was.

import type { Query } from '../../db/database.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import {
  directoryPlaces,
  type Place,
  readOthers,
  replaceText,
  type SealedText,
  tenantPlaces,
} from '../../operations/sealing/places.ts';
import type { Handler, JobDeps } from '../deps.ts';

interface Run {
  batchesLeft: number;
  /** Texts that no key opened, and why the first of them was not. */
  unreadable: number;
  fault?: SallyportError;
}

async function renewed(deps: JobDeps, run: Run, place: Place, old: SealedText): Promise<Query[]> {
  const { sealer } = deps.services.keys;
  const purpose = place.purpose(String(old.id), deps.tenantId ?? '');
  try {
    const text = await sealer.seal(await sealer.open(old.text, purpose), purpose);
    return [replaceText(deps.db, place, old, text)];
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    run.unreadable++;
    run.fault ??= error;
    return [];
  }
}

/** @returns whether all of the place was looked at */
async function resealPlace(deps: JobDeps, run: Run, place: Place): Promise<boolean> {
  const { db, services, signal } = deps;
  let after: SealedText['id'] | undefined;
  while (run.batchesLeft-- > 0 && !signal.aborted) {
    const [found]: [SealedText[]] = await db.run(
      readOthers(db, place, services.keys.sealer.newest, after),
    );
    const writes = await Promise.all(found.map((old) => renewed(deps, run, place, old)));
    const [first, ...rest] = writes.flat();
    if (first) await db.run(first, ...rest);
    const last = found.at(-1);
    if (!last || found.length < limits.resealedPerBatch) return true;
    after = last.id;
  }
  return false;
}

export const reseal: Handler = async (_payload, deps) => {
  const run: Run = { batchesLeft: limits.resealBatchesPerJob, unreadable: 0 };
  const places = deps.tenantId === undefined ? directoryPlaces : tenantPlaces;
  let isMore = false;
  for (const place of places) if (!(await resealPlace(deps, run, place))) isMore = true;
  if (run.fault) {
    const { code, message, wayOut } = run.fault;
    const said = `${run.unreadable} sealed texts were left as they are. The first: ${message}`;
    throw new SallyportError(code, said, wayOut === undefined ? {} : { wayOut });
  }
  return isMore ? { repeatAt: deps.now() } : 'done';
};

// A driver that tells somebody of each batch that failed.

import { SallyportError } from '../model/errors.ts';
import { ConstraintError, type Driver } from './driver.ts';

/** A rule of the schema was broken, which is how races are lost; no answer in time; all else. */
export type DatabaseFault = 'constraint' | 'busy' | 'other';

function faultOf(error: unknown): DatabaseFault {
  if (error instanceof ConstraintError) return 'constraint';
  return error instanceof SallyportError && error.code === 'busy' ? 'busy' : 'other';
}

/** How an empty database is told from one that holds something. */
function isFirstLook(error: unknown): boolean {
  return error instanceof Error && error.message.includes('no such table: _migrations');
}

export function observed(driver: Driver, onFault: (fault: DatabaseFault) => void): Driver {
  return {
    ...driver,
    async batch(statements, mode) {
      try {
        return await driver.batch(statements, mode);
      } catch (error) {
        if (!isFirstLook(error)) onFault(faultOf(error));
        throw error;
      }
    },
  };
}

// A driver's error in our words. Files and servers word the same fault differently.

import { SallyportError } from '../model/errors.ts';
import { ConstraintError } from './driver.ts';

const constraintPattern = /(?:UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed(?:: (.*))?/;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

/** Turns a driver's error into ours. The statement's arguments never get into the message. */
export function translateError(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const constraint = constraintPattern.exec(message);
  if (constraint) return new ConstraintError(constraint[1] ?? 'foreign key', { cause: error });
  if (codeOf(error).startsWith('SQLITE_BUSY') || /database is locked/.test(message))
    return new SallyportError('busy', 'The database is busy.', {
      wayOut: 'Try again in a moment.',
      cause: error,
    });
  return error instanceof Error ? error : new Error(message);
}

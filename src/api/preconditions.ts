// Headers that keep a request from being done twice, or on top of what somebody else changed.

import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Operation } from '../model/permissions.ts';
import { markRepeatable } from '../operations/idempotency.ts';
import type { Caller } from '../operations/services.ts';
import type { RequestContext } from './environment.ts';

const keyPattern = new RegExp(`^[!-~]{1,${limits.idempotencyKeyLength}}$`);

function unusable(field: string, rule: string): SallyportError {
  return new SallyportError('invalid_input', `The header ${field} ${rule}.`, {
    wayOut: 'Correct it or leave it out.',
    problems: [{ field, rule }],
  });
}

/** Takes up the header Idempotency-Key, if there is one. */
export async function idempotencyOf(
  c: RequestContext,
  caller: Caller,
  operation: Operation,
  body: unknown,
): Promise<void> {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return;
  if (!keyPattern.test(key))
    throw unusable(
      'Idempotency-Key',
      `must be 1 to ${limits.idempotencyKeyLength} printable ASCII characters without blanks`,
    );
  await markRepeatable(caller, key, { operation, path: c.req.path, body });
}

/** Takes up the header If-Match, if there is one. */
export function ifMatchOf(c: RequestContext, caller: Caller): void {
  const tag = c.req.header('if-match');
  if (tag === undefined || tag === '*') return;
  const revision = /^"(\d{1,15})"$/.exec(tag)?.[1];
  if (revision === undefined) throw unusable('If-Match', 'must be the ETag of an earlier answer');
  caller.ifMatch = Number(revision);
}

// What makes a repeated request known again.

import type { Operation } from '../model/permissions.ts';
import { secretHash } from '../pki/tokens.ts';
import { actorOf } from './commit.ts';
import type { Caller } from './services.ts';

/** Marks the caller's request with the key that they gave it. */
export async function markRepeatable(
  caller: Caller,
  key: string,
  asked: { operation: Operation; path: string; body: unknown },
): Promise<void> {
  const { operation, path, body } = asked;
  caller.idempotency = {
    hash: await secretHash(`${actorOf(caller.principal)} ${key}`),
    requestHash: await secretHash(JSON.stringify([operation, path, body])),
    replayed: false,
  };
}

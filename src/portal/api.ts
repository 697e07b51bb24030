// The API as the portal calls it: with the session's cookie, from the address it came from.

import { createClient } from '../client/client.ts';

export const api = createClient({ url: location.origin });

/** A fresh key for each thing that a person asks to be made: a second tap makes no second one. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}

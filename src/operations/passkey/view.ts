import type { passkeys } from '../../db/schema/directory.ts';
import type { Passkey } from '../../model/passkey.ts';

export type PasskeyRow = typeof passkeys.$inferSelect;

/** A passkey as the API shows it. */
export function passkeyView({ id, name, backedUp, createdAt, lastUsedAt }: PasskeyRow): Passkey {
  return {
    id,
    name,
    backedUp,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  };
}

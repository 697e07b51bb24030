// Recovery codes: sixteen random characters each, kept as hashes, good once.

import { eq } from 'drizzle-orm';
import { recoveryCodes } from '../../db/schema/directory.ts';
import { base32 } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { secretHash } from '../../pki/tokens.ts';
import type { Services } from '../services.ts';

export function recoveryHash(accountId: string, code: string): Promise<string> {
  return secretHash(`${accountId} ${code}`);
}

/** Fresh codes, and the writes that put them in the place of all from before. */
export async function newRecoveryCodes({ directory, random }: Services, accountId: string) {
  const codes = Array.from({ length: limits.recoveryCodes }, () =>
    base32(random(limits.recoveryCodeBytes)),
  );
  const hashes = await Promise.all(codes.map((code) => recoveryHash(accountId, code)));
  const rows = hashes.map((hash) => ({ accountId, hash }));
  const writes = [
    directory.build.delete(recoveryCodes).where(eq(recoveryCodes.accountId, accountId)),
    directory.build.insert(recoveryCodes).values(rows),
  ] as const;
  // In groups, as people copy them.
  return { codes: codes.map((code) => code.replaceAll(/(.{4})(?=.)/g, '$1-')), writes };
}

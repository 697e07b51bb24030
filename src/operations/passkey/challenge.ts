// Challenges of passkeys: random, bound to the account that is to answer if there is one, answered
// once.

import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { challenges } from '../../db/schema/directory.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { Services } from '../services.ts';

type Kind = 'passkey_create' | 'passkey_sign_in';

const payloadSchema = z.strictObject({ challenge: z.string() });

/** @returns the challenge's id */
export async function keepChallenge(
  services: Services,
  kind: Kind,
  accountId: string | null,
  challenge: string,
): Promise<string> {
  const { directory, now, random } = services;
  const id = newId('challenge', random);
  const row = {
    ...{ id, kind, accountId, createdAt: now() },
    payload: JSON.stringify({ challenge }),
    expiresAt: now() + limits.challengeMilliseconds,
  };
  await directory.run(directory.build.insert(challenges).values(row));
  return id;
}

/** Uses the challenge up, whether the answer to it is good or not. */
export async function takeChallenge(
  { directory, now }: Services,
  kind: Kind,
  accountId: string | null,
  id: string,
): Promise<string | undefined> {
  const open = and(
    eq(challenges.id, id),
    eq(challenges.kind, kind),
    accountId === null ? isNull(challenges.accountId) : eq(challenges.accountId, accountId),
    isNull(challenges.usedAt),
    gt(challenges.expiresAt, now()),
  );
  const [[row]] = await directory.run(
    directory.build.update(challenges).set({ usedAt: now() }).where(open).returning(),
  );
  return row && payloadSchema.parse(JSON.parse(row.payload)).challenge;
}

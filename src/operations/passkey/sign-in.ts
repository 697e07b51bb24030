// passkey.startSignIn and passkey.signIn: no name is asked for, the passkey says whose it is.

import { and, eq, lt } from 'drizzle-orm';
import { passkeys } from '../../db/schema/directory.ts';
import { fromBase64Url, fromUtf8 } from '../../model/encoding.ts';
import { SallyportError } from '../../model/errors.ts';
import type { Assertion, SignInByPasskey, StartedPasskey } from '../../model/passkey.ts';
import { assertionOptions, relyingPartyOf, verifyAssertion } from '../../pki/passkey.ts';
import type { Caller, Services } from '../services.ts';
import { createSession, type SignedInWithToken } from '../session/create.ts';
import { keepChallenge, takeChallenge } from './challenge.ts';
import type { PasskeyRow } from './view.ts';

export async function startPasskeySignIn({ services }: Caller): Promise<StartedPasskey> {
  const { challenge, options } = await assertionOptions(relyingPartyOf(services.publicUrl));
  return {
    challengeId: await keepChallenge(services, 'passkey_sign_in', null, challenge),
    options,
  };
}

/** Whether the passkey says that it is the account's, as far as it says anything. */
function isOf({ response: { userHandle } }: Assertion, accountId: string): boolean {
  if (userHandle == null) return true;
  const bytes = fromBase64Url(userHandle);
  return bytes !== undefined && fromUtf8(bytes) === accountId;
}

/** Keeps what the passkey counts; of two answers with the same count one is a copy's. */
async function noteUse(
  { directory, now }: Services,
  { id, counter }: PasskeyRow,
  state: { counter: number; backedUp: boolean },
): Promise<boolean> {
  const notOlder =
    counter === 0 && state.counter === 0 ? undefined : lt(passkeys.counter, state.counter);
  const [kept] = await directory.run(
    directory.build
      .update(passkeys)
      .set({ ...state, lastUsedAt: now() })
      .where(and(eq(passkeys.id, id), notOlder))
      .returning({ id: passkeys.id }),
  );
  return kept.length > 0;
}

async function verified(
  services: Services,
  { challengeId, response }: SignInByPasskey,
): Promise<PasskeyRow | undefined> {
  const { directory, publicUrl } = services;
  const challenge = await takeChallenge(services, 'passkey_sign_in', null, challengeId);
  const query = directory.build.select().from(passkeys);
  const [[row]] = await directory.run(query.where(eq(passkeys.credentialId, response.id)));
  if (challenge === undefined || !row || !isOf(response, row.accountId)) return undefined;
  const state = await verifyAssertion(relyingPartyOf(publicUrl), challenge, response, row);
  return state && (await noteUse(services, row, state)) ? row : undefined;
}

/** @throws SallyportError `sign_in_failed` */
export async function signInByPasskey(
  caller: Caller,
  input: SignInByPasskey,
): Promise<SignedInWithToken> {
  const row = await verified(caller.services, input);
  if (row) return createSession(caller, row.accountId, ['passkey']);
  throw new SallyportError('sign_in_failed', 'This passkey is not known here, or took too long.', {
    wayOut: 'Try again, or sign in by mail.',
  });
}

// passkey.startCreate and passkey.create

import { eq } from 'drizzle-orm';
import { ConstraintError } from '../../db/driver.ts';
import { passkeys } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { CreatePasskey, Passkey, StartedPasskey } from '../../model/passkey.ts';
import { registrationOptions, relyingPartyOf, verifyRegistration } from '../../pki/passkey.ts';
import { changeFactors } from '../account/change-factors.ts';
import { type Factors, factorsToChange } from '../account/factors.ts';
import type { Caller } from '../services.ts';
import { addMethod } from '../session/create.ts';
import { keepChallenge, takeChallenge } from './challenge.ts';
import { type PasskeyRow, passkeyView } from './view.ts';

function refuseTooMany({ passkeys: there }: Factors): void {
  if (there < limits.passkeysPerAccount) return;
  throw new SallyportError('limit_reached', `An account has at most ${there} passkeys.`, {
    wayOut: 'Delete one that is not used any more.',
  });
}

export async function startPasskey(caller: Caller): Promise<StartedPasskey> {
  const factors = await factorsToChange(caller, 'passkey.startCreate');
  refuseTooMany(factors);
  const { services } = caller;
  const { directory, publicUrl } = services;
  const { account } = factors;
  const query = directory.build.select().from(passkeys).where(eq(passkeys.accountId, account.id));
  const [others] = await directory.run(query);
  const rp = relyingPartyOf(publicUrl);
  const { challenge, options } = await registrationOptions(rp, account, others);
  const kind = 'passkey_create';
  return { challengeId: await keepChallenge(services, kind, account.id, challenge), options };
}

/** @throws SallyportError `sign_in_failed` for an answer that is not good */
export async function createPasskey(
  caller: Caller,
  { challengeId, name, response }: CreatePasskey,
): Promise<Passkey & { token: string }> {
  const factors = await factorsToChange(caller, 'passkey.create');
  refuseTooMany(factors);
  const { services } = caller;
  const { account, principal } = factors;
  const challenge = await takeChallenge(services, 'passkey_create', account.id, challengeId);
  const rp = relyingPartyOf(services.publicUrl);
  const made = challenge && (await verifyRegistration(rp, challenge, response));
  if (!made)
    throw new SallyportError('sign_in_failed', 'The passkey could not be verified.', {
      wayOut: 'Begin anew. It must be a passkey that asks for a PIN, a finger or a face.',
    });
  const row: PasskeyRow = {
    id: newId('passkey', services.random),
    accountId: account.id,
    name,
    ...made,
    createdAt: services.now(),
    lastUsedAt: null,
  };
  try {
    await changeFactors(services, account, `The passkey “${name}” was added to your account`, [
      services.directory.build.insert(passkeys).values(row),
    ]);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new SallyportError('already_exists', 'This passkey is known already.', {
      wayOut: 'Sign in with it, or make another.',
    });
  }
  // Whoever made it has just shown that they hold and can unlock it.
  const { token } = await addMethod(services, principal, 'passkey');
  return { ...passkeyView(row), token };
}

// totp.create, totp.confirm, totp.renewCodes, totp.delete: the one-time codes of an account.

import { and, eq, isNull } from 'drizzle-orm';
import { accounts, recoveryCodes } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import type { CreatedTotp, RecoveryCodes } from '../../model/totp.ts';
import { newTotp } from '../../pki/totp.ts';
import { qrSvg } from '../../render/client/qr.ts';
import { changeFactors } from '../account/change-factors.ts';
import { factorsToChange } from '../account/factors.ts';
import type { AccountRow } from '../account/find.ts';
import type { Caller, Services } from '../services.ts';
import { addMethod } from '../session/create.ts';
import { newRecoveryCodes } from './recovery.ts';
import { takeTotpCode, totpPurpose } from './verify.ts';

function update({ directory }: Services, id: string, set: Partial<AccountRow>) {
  return directory.build.update(accounts).set(set).where(eq(accounts.id, id));
}

export async function createTotp(caller: Caller): Promise<CreatedTotp> {
  const { services } = caller;
  const { account } = await factorsToChange(caller, 'totp.create');
  if (account.totpConfirmedAt !== null)
    throw new SallyportError('already_exists', 'This account has one-time codes already.', {
      wayOut: 'Remove them first; an account has one authenticator.',
    });
  const { secret, uri } = await newTotp(services.random, account.email);
  const totpSecret = await services.keys.sealer.seal(secret, totpPurpose(account.id));
  const open = and(eq(accounts.id, account.id), isNull(accounts.totpConfirmedAt));
  const { directory } = services;
  await directory.run(
    directory.build.update(accounts).set({ totpSecret, totpStep: 0 }).where(open),
  );
  return { secret, uri, qrSvg: qrSvg(uri, 'QR code for your authenticator') };
}

/** @throws SallyportError `sign_in_failed` for a code that is not of the new secret */
export async function confirmTotp(
  caller: Caller,
  code: string,
): Promise<RecoveryCodes & { token: string }> {
  const { services } = caller;
  const { account, principal } = await factorsToChange(caller, 'totp.confirm');
  if (account.totpSecret === null || account.totpConfirmedAt !== null)
    throw new SallyportError('not_found', 'There are no one-time codes to confirm.', {
      wayOut: 'Make a secret first.',
    });
  await takeTotpCode(services, account, code);
  const { codes, writes } = await newRecoveryCodes(services, account.id);
  await changeFactors(services, account, 'One-time codes were added to your account', [
    update(services, account.id, { totpConfirmedAt: services.now() }),
    ...writes,
  ]);
  const { token } = await addMethod(services, principal, 'totp');
  return { recoveryCodes: codes, token };
}

export async function renewRecoveryCodes(caller: Caller): Promise<RecoveryCodes> {
  const { services } = caller;
  const { account } = await factorsToChange(caller, 'totp.renewCodes');
  if (account.totpConfirmedAt === null)
    throw new SallyportError('not_found', 'This account has no one-time codes.', {
      wayOut: 'Recovery codes come with them: add them first.',
    });
  const { codes, writes } = await newRecoveryCodes(services, account.id);
  await changeFactors(services, account, 'Your recovery codes were replaced', writes);
  return { recoveryCodes: codes };
}

export async function deleteTotp(caller: Caller): Promise<void> {
  const { services } = caller;
  const { account } = await factorsToChange(caller, 'totp.delete');
  const { build } = services.directory;
  await changeFactors(services, account, 'One-time codes were removed from your account', [
    update(services, account.id, { totpSecret: null, totpConfirmedAt: null }),
    build.delete(recoveryCodes).where(eq(recoveryCodes.accountId, account.id)),
  ]);
}

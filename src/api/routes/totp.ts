// One-time codes and recovery codes: as a second factor, and those of the caller's account.

import { z } from 'zod';
import { signedInSchema } from '../../model/sign-in.ts';
import {
  confirmedTotpSchema,
  createdTotpSchema,
  recoveryCodeSchema,
  recoveryCodesSchema,
  totpCodeSchema,
} from '../../model/totp.ts';
import {
  confirmTotp,
  createTotp,
  deleteTotp,
  renewRecoveryCodes,
} from '../../operations/totp/change.ts';
import { signInByRecoveryCode, signInByTotp } from '../../operations/totp/sign-in.ts';
import { type App, route } from '../route.ts';
import { carrierOf, giveSession, giveToken } from '../session-cookie.ts';

const all = '/v1/me/totp';
const nothing = z.strictObject({});
const signedIn = { status: 200, description: 'The session', schema: signedInSchema } as const;

function signInRoutes(app: App): void {
  route(
    app,
    {
      operation: 'totp.signIn',
      method: 'post',
      path: '/v1/sign-in/totp',
      summary: 'Add the second factor to the session that asks; its token changes',
      body: totpCodeSchema,
      reply: signedIn,
      errors: ['sign_in_failed'],
    },
    async ({ caller, body, c }) =>
      giveSession(c, await signInByTotp(caller, body.code), carrierOf(c)),
  );
  route(
    app,
    {
      operation: 'totp.recover',
      method: 'post',
      path: '/v1/sign-in/recovery',
      summary: 'The same with a recovery code, which is used up',
      body: recoveryCodeSchema,
      reply: signedIn,
      errors: ['sign_in_failed'],
    },
    async ({ caller, body, c }) =>
      giveSession(c, await signInByRecoveryCode(caller, body.code), carrierOf(c)),
  );
}

export function registerTotp(app: App): void {
  signInRoutes(app);
  route(
    app,
    {
      operation: 'totp.create',
      method: 'post',
      path: all,
      summary: 'Make a secret for an authenticator; it counts once it is confirmed',
      body: nothing,
      reply: { status: 201, description: 'The secret', schema: createdTotpSchema },
      errors: ['sign_in_required', 'already_exists'],
    },
    ({ caller }) => createTotp(caller),
  );
  route(
    app,
    {
      operation: 'totp.confirm',
      method: 'post',
      path: `${all}/confirm`,
      summary: 'Show that the authenticator has the secret, and get recovery codes',
      body: totpCodeSchema,
      reply: { status: 200, description: 'Recovery codes, once', schema: confirmedTotpSchema },
      errors: ['sign_in_required', 'sign_in_failed'],
    },
    async ({ caller, body, c }) => giveToken(c, await confirmTotp(caller, body.code)),
  );
  route(
    app,
    {
      operation: 'totp.renewCodes',
      method: 'post',
      path: `${all}/recovery-codes`,
      summary: 'Replace all recovery codes',
      body: nothing,
      reply: { status: 200, description: 'Recovery codes, once', schema: recoveryCodesSchema },
      errors: ['sign_in_required'],
    },
    ({ caller }) => renewRecoveryCodes(caller),
  );
  route(
    app,
    {
      operation: 'totp.delete',
      method: 'delete',
      path: all,
      summary: 'Remove one-time codes and recovery codes from the account',
      reply: { status: 204, description: 'They are gone' },
      errors: ['sign_in_required'],
    },
    ({ caller }) => deleteTotp(caller),
  );
}

// Passkeys: signing in with one, and those of the caller's account.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import {
  createdPasskeySchema,
  createPasskeySchema,
  passkeySchema,
  signInByPasskeySchema,
  startedPasskeySchema,
  updatePasskeySchema,
} from '../../model/passkey.ts';
import { signedInSchema } from '../../model/sign-in.ts';
import { createPasskey, startPasskey } from '../../operations/passkey/create.ts';
import { deletePasskey, listPasskeys, updatePasskey } from '../../operations/passkey/manage.ts';
import { signInByPasskey, startPasskeySignIn } from '../../operations/passkey/sign-in.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';
import { giveSession, giveToken } from '../session-cookie.ts';

const all = '/v1/me/passkeys';
const oneParams = z.strictObject({ passkeyId: idSchema('passkey') });
const nothing = z.strictObject({});
const started = {
  status: 200,
  description: "What the browser's WebAuthn wants",
  schema: startedPasskeySchema,
} as const;

function signInRoutes(app: App): void {
  route(
    app,
    {
      operation: 'passkey.startSignIn',
      method: 'post',
      path: '/v1/sign-in/passkey/start',
      summary: 'Begin to sign in with a passkey',
      body: nothing,
      reply: started,
    },
    ({ caller }) => startPasskeySignIn(caller),
  );
  route(
    app,
    {
      operation: 'passkey.signIn',
      method: 'post',
      path: '/v1/sign-in/passkey',
      summary: 'Sign in with what the passkey answered',
      body: signInByPasskeySchema,
      reply: { status: 200, description: 'The session', schema: signedInSchema },
      errors: ['sign_in_failed'],
    },
    async ({ caller, body, c }) => giveSession(c, await signInByPasskey(caller, body), body.as),
  );
}

function createRoutes(app: App): void {
  route(
    app,
    {
      operation: 'passkey.startCreate',
      method: 'post',
      path: '/v1/me/passkey-challenges',
      summary: 'Begin to add a passkey to the account',
      body: nothing,
      reply: started,
      errors: ['sign_in_required', 'limit_reached'],
    },
    ({ caller }) => startPasskey(caller),
  );
  route(
    app,
    {
      operation: 'passkey.create',
      method: 'post',
      path: all,
      summary: 'Add the passkey that the browser has made',
      body: createPasskeySchema,
      reply: { status: 201, description: 'The passkey', schema: createdPasskeySchema },
      errors: ['sign_in_required', 'sign_in_failed', 'limit_reached', 'already_exists'],
    },
    async ({ caller, body, c }) => giveToken(c, await createPasskey(caller, body)),
  );
}

export function registerPasskeys(app: App): void {
  signInRoutes(app);
  createRoutes(app);
  route(
    app,
    {
      operation: 'passkey.list',
      method: 'get',
      path: all,
      summary: "List the account's passkeys",
      reply: { status: 200, description: 'All of them', schema: listingSchema(passkeySchema) },
    },
    ({ caller }) => listPasskeys(caller),
  );
  route(
    app,
    {
      operation: 'passkey.update',
      method: 'patch',
      path: `${all}/{passkeyId}`,
      summary: 'Give a passkey another name',
      params: oneParams,
      body: updatePasskeySchema,
      reply: { status: 200, description: 'The passkey', schema: passkeySchema },
    },
    ({ caller, params, body }) => updatePasskey(caller, params.passkeyId, body.name),
  );
  route(
    app,
    {
      operation: 'passkey.delete',
      method: 'delete',
      path: `${all}/{passkeyId}`,
      summary: 'Remove a passkey from the account',
      params: oneParams,
      reply: { status: 204, description: 'It is gone' },
      errors: ['sign_in_required'],
    },
    ({ caller, params }) => deletePasskey(caller, params.passkeyId),
  );
}

// The browser's half of the passkey ceremonies.

import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser';
import type { Reply } from '../client/client.ts';
import { api } from './api.ts';
import { creationOptions, requestOptions } from './casts.ts';

export const hasPasskeys = browserSupportsWebAuthn;

/** What the browser said, in words that help. */
function inWords(error: unknown): Error {
  if (error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
    return new Error('This device has a passkey for your account already.');
  if (error instanceof Error && error.name === 'NotAllowedError')
    return new Error('Nothing came from your passkey: it was cancelled, or took too long.');
  return error instanceof Error ? error : new Error(String(error));
}

export async function signInByPasskey(): Promise<Reply<'passkey.signIn'>> {
  const { challengeId, options } = await api.call('passkey.startSignIn', { body: {} });
  const response = await startAuthentication({ optionsJSON: requestOptions(options) }).catch(
    (error: unknown) => {
      throw inWords(error);
    },
  );
  return api.call('passkey.signIn', { body: { challengeId, response } });
}

export async function addPasskey(name: string): Promise<void> {
  const { challengeId, options } = await api.call('passkey.startCreate', { body: {} });
  const response = await startRegistration({
    optionsJSON: creationOptions(options),
  }).catch((error: unknown) => {
    throw inWords(error);
  });
  await api.call('passkey.create', { body: { challengeId, name, response } });
}

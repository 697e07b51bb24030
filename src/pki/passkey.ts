// WebAuthn ceremonies (Level 3), in one place around the library that knows their formats. It is
// loaded when somebody uses a passkey: it is large, and most requests never need it.

import type { AuthenticatorTransportFuture } from '@simplewebauthn/server';
import { fromBase64Url, toBase64Url, toUtf8 } from '../model/encoding.ts';
import { limits } from '../model/limits.ts';
import type { Assertion, Registration } from '../model/passkey.ts';

/** Whom passkeys are for: the host name of the portal, and the origin of its pages. */
export interface RelyingParty {
  id: string;
  origin: string;
}

export function relyingPartyOf(publicUrl: string): RelyingParty {
  const { hostname, origin } = new URL(publicUrl);
  return { id: hostname, origin };
}

export interface StoredPasskey {
  credentialId: string;
  /** COSE key, in base64url. */
  publicKey: string;
  counter: number;
  transports: string[];
  backedUp: boolean;
}

type Transports = AuthenticatorTransportFuture[];
type Descriptor = Pick<StoredPasskey, 'credentialId' | 'transports'>;

function descriptor({ credentialId, transports }: Descriptor) {
  return { id: credentialId, transports: transports as Transports };
}

// Signatures that every authenticator of the last years can make: ES256, EdDSA, RS256.
const supportedAlgorithmIDs = [-7, -8, -257];
const timeout = limits.challengeMilliseconds;

/**
 * What the browser is to make a passkey from.
 * @param others passkeys that the account has: an authenticator makes no second one
 */
export async function registrationOptions(
  rp: RelyingParty,
  account: { id: string; email: string; name: string },
  others: readonly Descriptor[],
): Promise<{ challenge: string; options: Record<string, unknown> }> {
  const { generateRegistrationOptions } = await import('@simplewebauthn/server');
  const options = await generateRegistrationOptions({
    rpID: rp.id,
    rpName: 'Sallyport',
    userID: toUtf8(account.id),
    userName: account.email,
    userDisplayName: account.name,
    attestationType: 'none',
    excludeCredentials: others.map(descriptor),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs,
    timeout,
  });
  return { challenge: options.challenge, options: { ...options } };
}

/** The passkey that was made, or undefined if the answer is not good. */
export async function verifyRegistration(
  rp: RelyingParty,
  challenge: string,
  { id, rawId, type, response }: Registration,
): Promise<StoredPasskey | undefined> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const { clientDataJSON, attestationObject, transports } = response;
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...{ id, rawId, type, clientExtensionResults: {} },
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      supportedAlgorithmIDs,
    });
    if (!registrationInfo) return undefined;
    const { credential, credentialBackedUp: backedUp } = registrationInfo;
    const publicKey = toBase64Url(credential.publicKey);
    return {
      credentialId: credential.id,
      publicKey,
      counter: credential.counter,
      transports,
      backedUp,
    };
  } catch {
    return undefined;
  }
}

/** What the browser is to ask for: any passkey that it has for us. */
export async function assertionOptions(
  rp: RelyingParty,
): Promise<{ challenge: string; options: Record<string, unknown> }> {
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
  const wish = { rpID: rp.id, userVerification: 'required', timeout } as const;
  const options = await generateAuthenticationOptions(wish);
  return { challenge: options.challenge, options: { ...options } };
}

/** What the passkey says of itself now, or undefined if the answer is not good. */
export async function verifyAssertion(
  rp: RelyingParty,
  challenge: string,
  { id, rawId, type, response }: Assertion,
  passkey: StoredPasskey,
): Promise<Pick<StoredPasskey, 'counter' | 'backedUp'> | undefined> {
  const publicKey = fromBase64Url(passkey.publicKey);
  if (!publicKey) return undefined;
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const { clientDataJSON, authenticatorData, signature } = response;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...{ id, rawId, type, clientExtensionResults: {} },
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      credential: { ...descriptor(passkey), publicKey, counter: passkey.counter },
      requireUserVerification: true,
    });
    if (!verified) return undefined;
    const { newCounter: counter, credentialBackedUp: backedUp } = authenticationInfo;
    return { counter, backedUp };
  } catch {
    return undefined;
  }
}

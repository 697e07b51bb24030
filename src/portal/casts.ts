// Types that the API's page does not spell out: what WebAuthn itself defines (W3C, Level 3).

import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';

type Given = Readonly<Record<string, unknown>>;

/** Our API makes these options with the other half of the same library. */
export function requestOptions(given: Given): PublicKeyCredentialRequestOptionsJSON {
  return given as unknown as PublicKeyCredentialRequestOptionsJSON;
}

/** As `requestOptions`. */
export function creationOptions(given: Given): PublicKeyCredentialCreationOptionsJSON {
  return given as unknown as PublicKeyCredentialCreationOptionsJSON;
}

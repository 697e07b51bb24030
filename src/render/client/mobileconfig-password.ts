// The configuration profile of iOS, iPadOS and macOS for a device that comes in with a password. It
// takes the place of the one with a certificate.

import { passwordHost } from '../../model/ikev2.ts';
import type { PasswordProfileInput } from '../../model/profile.ts';
import { ikev2Profile } from './mobileconfig.ts';

/** The XML of a profile for the system's own IKEv2 client; there is no key to sign it with. */
export async function renderPasswordMobileconfig(input: PasswordProfileInput): Promise<string> {
  const { identity, password } = input;
  const own = {
    // Extended authentication without a certificate is EAP-MSCHAPv2.
    AuthenticationMethod: 'None',
    ExtendedAuthEnabled: 1,
    AuthName: identity,
    AuthPassword: password,
  };
  return ikev2Profile(input, [], ({ host }) => ({ remote: passwordHost(host) ?? host, own }));
}

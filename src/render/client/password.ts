// What is typed into clients of IKEv2 that come in with a password.

import { passwordHost } from '../../model/ikev2.ts';
import type { PasswordProfileInput, PasswordProfileKind } from '../../model/profile.ts';
import { oneLine } from '../../model/text.ts';

/** DER, as Android and all others import it. */
export function authorityFilename(index: number): string {
  return index === 0 ? 'vpn-authority.cer' : `vpn-authority-${index + 1}.cer`;
}

interface PasswordValues {
  name: string;
  type: string;
  server: string;
  /** What the gateway calls itself; undefined where the client takes the server for it. */
  remoteIdentifier?: string;
  identifier: string;
  certificate: string;
}

/** For each gateway. */
export function passwordValues(
  kind: PasswordProfileKind,
  { tenantName, identity, connections, authorities }: PasswordProfileInput,
): PasswordValues[] {
  return connections.flatMap(({ gatewayName, host }) => {
    const other = passwordHost(host);
    if (other === null) return [];
    const shared = {
      name: oneLine(`${tenantName} ${gatewayName}`),
      identifier: identity,
      certificate: authorities.map((_, index) => authorityFilename(index)).join(' or '),
    };
    // Android asks the gateway for what it has as the server's name.
    if (kind === 'android-password')
      return [{ ...shared, type: 'IKEv2/IPSec MSCHAPv2', server: other }];
    return [{ ...shared, type: 'IKEv2 EAP-MSCHAPv2', server: host, remoteIdentifier: other }];
  });
}

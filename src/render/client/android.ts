// Android: the strongSwan app's own file, and what is typed into the client of the system.

import { toBase64 } from '../../model/encoding.ts';
import type { Ikev2Connection, Ikev2ProfileInput } from '../../model/profile.ts';
import { oneLine } from '../../model/text.ts';
import { stableUuid } from './stable-uuid.ts';
import { proposals } from './strongswan.ts';

/** What the app takes. */
const mtu = { least: 1280, most: 1500 };

/**
 * A profile of the strongSwan app. The password of the PKCS #12 in it is asked for by Android.
 * Its trust in the gateway lies in the file, so that Android warns of no new authority.
 */
export async function renderSswan(input: Ikev2ProfileInput, to: Ikev2Connection): Promise<string> {
  const { tenantId, deviceId, tenantName, authorities, identity, pkcs12 } = input;
  const isAll = to.routes.includes('0.0.0.0/0') && to.routes.includes('::/0');
  const profile = {
    // The app replaces the profile that has the same.
    uuid: await stableUuid('ikev2', tenantId, deviceId, to.gatewayId),
    name: oneLine(`${tenantName} ${to.gatewayName}`),
    type: 'ikev2-cert',
    remote: {
      addr: to.host,
      id: to.host,
      cert: toBase64(authorities[to.authority]?.certificate ?? new Uint8Array()),
    },
    // Without an identity the app sends the whole name of the certificate.
    local: { id: identity, p12: toBase64(pkcs12) },
    'ike-proposal': proposals.ike,
    'esp-proposal': proposals.esp,
    mtu: Math.min(mtu.most, Math.max(mtu.least, to.mtu)),
    ...(to.dns.length > 0 ? { 'dns-servers': to.dns } : {}),
    ...(isAll ? {} : { 'split-tunneling': { subnets: to.routes } }),
  };
  return `${JSON.stringify(profile, null, 2)}\n`;
}

/** What a person types for one gateway; the certificates come from the bundle. */
export interface AndroidValues {
  name: string;
  /** As the system lists it among the types. */
  type: 'IKEv2/IPSec RSA';
  server: string;
  identifier: string;
  /** What the bundle is called among the certificates of the system. */
  certificate: string;
}

export function androidValues(
  input: Pick<Ikev2ProfileInput, 'tenantName' | 'identity' | 'connections'>,
): AndroidValues[] {
  return input.connections.map(({ gatewayName, host }) => ({
    name: oneLine(`${input.tenantName} ${gatewayName}`),
    type: 'IKEv2/IPSec RSA',
    server: host,
    identifier: input.identity,
    certificate: bundleName(input),
  }));
}

/** What importers show for the PKCS #12. */
export function bundleName({ tenantName }: Pick<Ikev2ProfileInput, 'tenantName'>): string {
  return oneLine(`${tenantName} VPN`);
}

// A client's WireGuard configuration, as wg-quick and the WireGuard apps read it.

import { fromBase64 } from '../../model/encoding.ts';
import { formatEndpoint, type WireguardConnection } from '../../model/wireguard.ts';

/** Keeps the mapping of a NAT in front of the client open (wg(8)). */
export const keepaliveSeconds = 25;

// No value here needs another character, so none can end its line, start a comment or add a key:
// wg-quick runs what stands after PostUp as root.
const harmless = /^[A-Za-z0-9.:/+=[\]-]+$/;

function values(key: string, list: readonly string[]): string[] {
  const bad = list.find((value) => !harmless.test(value));
  if (bad !== undefined)
    throw new RangeError(`${key} ${JSON.stringify(bad)} cannot stand in a configuration`);
  return list.length > 0 ? [`${key} = ${list.join(', ')}`] : [];
}

/**
 * The text of a `.conf` file. It names neither gateway nor device, so no name can break it.
 * @param privateKey 32 bytes in base64; it is part of the text
 * @throws RangeError if a value holds characters that a configuration cannot; never shows the key
 */
export function renderWireguardClient(connection: WireguardConnection, privateKey: string): string {
  if (fromBase64(privateKey)?.length !== 32)
    throw new RangeError('the private key is not 32 bytes in base64');
  return [
    '[Interface]',
    `PrivateKey = ${privateKey}`,
    ...values('Address', connection.addresses),
    ...values('DNS', connection.dns),
    `MTU = ${connection.mtu}`,
    '',
    '[Peer]',
    ...values('PublicKey', [connection.gatewayPublicKey]),
    ...values('AllowedIPs', connection.routes),
    ...values('Endpoint', [formatEndpoint(connection.endpoint)]),
    `PersistentKeepalive = ${keepaliveSeconds}`,
    '',
  ].join('\n');
}

// Connections of NetworkManager as keyfiles (nm-settings-keyfile(5)), which root alone may read.

import type {
  Ikev2Connection,
  Ikev2ProfileInput,
  ProfileSubject,
  WireguardProfileInput,
} from '../../model/profile.ts';
import { formatEndpoint, type WireguardConnection } from '../../model/wireguard.ts';
import { connectionNames } from './filename.ts';
import { stableUuid } from './stable-uuid.ts';
import { credentials, fileName, plainValue, proposals, rootNames } from './strongswan.ts';
import { type FolderFile, renderTar } from './tar.ts';
import { keepaliveSeconds } from './wireguard.ts';

/** A text as GLib's keyfiles take it, whatever stands in it. */
export function keyfileValue(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: replacing them is the point
      .replace(/[\u0000-\u001f\u007f]/g, ' ')
      .replaceAll('\\', '\\\\')
      // Leading blanks are dropped if they are not written out, and trailing ones by editors.
      .replace(/^ +| +$/g, (blanks) => '\\s'.repeat(blanks.length))
  );
}

const list = (values: readonly string[]) => values.map((value) => `${plainValue(value)};`).join('');

function titleOf({ tenantName }: ProfileSubject, gatewayName: string): string {
  return keyfileValue(`${tenantName} ${gatewayName}`);
}

function isDefault(routes: readonly string[]): boolean {
  return routes.includes('0.0.0.0/0') && routes.includes('::/0');
}

const certificateFolder = 'etc/sallyport';
const connectionFolder = 'etc/NetworkManager/system-connections';

async function ikev2Keyfile(input: Ikev2ProfileInput, to: Ikev2Connection): Promise<string> {
  const { tenantId, deviceId } = input;
  const files = `/${certificateFolder}`;
  const root = rootNames(input)[to.authority] ?? '';
  const host = keyfileValue(to.host);
  return `[connection]
id=${titleOf(input, to.gatewayName)}
uuid=${await stableUuid('ikev2', tenantId, deviceId, to.gatewayId)}
type=vpn
autoconnect=false

[vpn]
service-type=org.freedesktop.NetworkManager.strongswan
address=${host}
remote-identity=${host}
certificate=${files}/authorities/${root}
method=cert
cert-source=file
usercert=${files}/certificates/${fileName(input)}.pem
userkey=${files}/keys/${fileName(input)}.pem
local-identity=${keyfileValue(input.identity)}
virtual=yes
encap=no
ipcomp=no
proposal=yes
ike=${proposals.ike}
esp=${proposals.esp}
${isDefault(to.routes) ? '' : `remote-ts=${to.routes.map(plainValue).join(';')}\n`}
[ipv4]
method=auto

[ipv6]
method=auto
`;
}

/** A folder to be laid over /: connections with the files that they name. */
export async function renderNetworkManager(input: Ikev2ProfileInput): Promise<Uint8Array> {
  const names = connectionNames(
    input.connections.map(({ gatewayName }) => `${input.tenantName} ${gatewayName}`),
  );
  const keyfiles = input.connections.map(async (to, index): Promise<FolderFile> => {
    const name = `${connectionFolder}/${names[index] ?? ''}.nmconnection`;
    return { name, access: 'secret', text: await ikev2Keyfile(input, to) };
  });
  const folders = {
    certificates: `${certificateFolder}/certificates`,
    keys: `${certificateFolder}/keys`,
    authorities: `${certificateFolder}/authorities`,
  };
  return renderTar([...(await Promise.all(keyfiles)), ...credentials(input, folders)]);
}

function addressing(family: 4 | 6, { addresses, dns }: WireguardConnection): string {
  const isOwn = (text: string) => text.includes(':') === (family === 6);
  const own = addresses.filter(isOwn);
  if (own.length === 0) return `[ipv${family}]\nmethod=disabled\n`;
  const servers = dns.filter(isOwn);
  const lines = own.map((address, index) => `address${index + 1}=${plainValue(address)}\n`);
  // All names are asked for there, and nowhere else, as wg-quick has it.
  const naming =
    servers.length > 0 ? `dns=${list(servers)}\ndns-search=~.;\ndns-priority=-50\n` : '';
  return `[ipv${family}]\nmethod=manual\n${lines.join('')}${naming}`;
}

/** The keyfile for one gateway. */
export async function renderWireguardKeyfile(
  input: WireguardProfileInput,
  to: WireguardConnection,
  interfaceName: string,
): Promise<string> {
  const { tenantId, deviceId } = input;
  return `[connection]
id=${titleOf(input, to.gatewayName)}
uuid=${await stableUuid('wireguard', tenantId, deviceId, to.gatewayId)}
type=wireguard
interface-name=${plainValue(interfaceName)}
autoconnect=false

[wireguard]
private-key=${plainValue(input.privateKey)}
mtu=${to.mtu}

[wireguard-peer.${plainValue(to.gatewayPublicKey)}]
endpoint=${plainValue(formatEndpoint(to.endpoint))}
allowed-ips=${list(to.routes)}
persistent-keepalive=${keepaliveSeconds}

${addressing(4, to)}
${addressing(6, to)}`;
}

// What a Linux host with strongSwan needs: a folder for swanctl, or one for the older ipsec.conf.

import { toPem } from '../../model/encoding.ts';
import type { Ikev2Connection, Ikev2ProfileInput } from '../../model/profile.ts';
import { connectionNames } from './filename.ts';
import { type FolderFile, renderTar } from './tar.ts';

/** What gateways and all strongSwan since 5.0 have in common. */
export const proposals = {
  ike: 'aes256gcm16-prfsha384-ecp256',
  esp: 'aes256gcm16-ecp256',
} as const;

/** A text as strongSwan's parser of settings takes it, whatever stands in it. */
export function settingsString(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: replacing them is the point
  const line = text.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, ' ');
  return `"${line.replace(/["\\]/g, '\\$&')}"`;
}

// No value needs another character, so none can end its line or its quotes.
const harmless = /^[A-Za-z0-9.:/@_+=[\]-]+$/;

export function plainValue(text: string): string {
  if (harmless.test(text)) return text;
  // It may be a key, so it is not shown.
  throw new RangeError('a value has characters that cannot stand in a configuration');
}

function namesOf({ tenantName, connections }: Ikev2ProfileInput): string[] {
  return connectionNames(connections.map(({ gatewayName }) => `${tenantName} ${gatewayName}`));
}

/** What the files of a device are called: two devices of a person may meet on one host. */
export function fileName({ deviceId }: Ikev2ProfileInput): string {
  return plainValue(`sallyport-${deviceId.slice(deviceId.indexOf('_') + 1)}`);
}

export function rootNames(input: Ikev2ProfileInput): string[] {
  return input.authorities.map((_, index) => `${fileName(input)}-root-${index + 1}.pem`);
}

interface Folders {
  certificates: string;
  keys: string;
  authorities: string;
}

export function credentials(input: Ikev2ProfileInput, folders: Folders): FolderFile[] {
  const name = fileName(input);
  const roots = rootNames(input).map((root, index): FolderFile => {
    const certificate = input.authorities[index]?.certificate ?? new Uint8Array();
    const text = toPem('CERTIFICATE', certificate);
    return { name: `${folders.authorities}/${root}`, access: 'public', text };
  });
  return [
    {
      name: `${folders.certificates}/${name}.pem`,
      access: 'public',
      text: toPem('CERTIFICATE', input.certificate),
    },
    {
      name: `${folders.keys}/${name}.pem`,
      access: 'secret',
      text: toPem('PRIVATE KEY', input.privateKey),
    },
    ...roots,
  ];
}

function swanctlConnection(input: Ikev2ProfileInput, name: string, to: Ikev2Connection): string {
  const host = settingsString(to.host);
  return `  ${name} {
    version = 2
    remote_addrs = ${host}
    vips = 0.0.0.0, ::
    proposals = ${proposals.ike}
    # For ever: a gateway that starts anew is back in a minute.
    keyingtries = 0
    dpd_delay = 60s
    local {
      auth = pubkey
      certs = ${fileName(input)}.pem
      id = ${settingsString(input.identity)}
    }
    remote {
      auth = pubkey
      id = ${host}
      cacerts = ${rootNames(input).join(', ')}
    }
    children {
      ${name} {
        remote_ts = ${to.routes.map(plainValue).join(', ')}
        esp_proposals = ${proposals.esp}
        dpd_action = restart
        # Connects when told to; "start" here makes it connect whenever strongSwan starts. It is not
        # "trap", because to find the gateway's address would have to wait for the gateway then.
        start_action = none
      }
    }
  }
`;
}

/** A folder to be laid over /etc/swanctl. */
export function renderSwanctl(input: Ikev2ProfileInput): Uint8Array {
  const names = namesOf(input);
  const connections = input.connections.map((to, index) =>
    swanctlConnection(input, names[index] ?? '', to),
  );
  const text = `# IKEv2 connections to be used by strongSwan.
#   tar -xf FILE -C /etc/swanctl && swanctl --load-all
${names.map((name) => `#   swanctl --initiate --child ${name}\n`).join('')}connections {
${connections.join('')}}
`;
  return renderTar([
    { name: `conf.d/${fileName(input)}.conf`, access: 'public', text },
    ...credentials(input, { certificates: 'x509', keys: 'private', authorities: 'x509ca' }),
  ]);
}

function ipsecConnection(input: Ikev2ProfileInput, name: string, to: Ikev2Connection): string {
  const host = plainValue(to.host);
  return `conn ${name}
  keyexchange=ikev2
  ike=${proposals.ike}!
  esp=${proposals.esp}!
  leftsourceip=%config4,%config6
  leftauth=pubkey
  leftcert=${fileName(input)}.pem
  leftid=${plainValue(input.identity)}
  right=${host}
  rightid=${host}
  rightauth=pubkey
  rightsubnet=${to.routes.map(plainValue).join(',')}
  # A new authentication would cut the tunnel; a new key does not.
  reauth=no
  keyingtries=%forever
  dpddelay=60s
  dpdaction=restart
  auto=add
`;
}

/** A folder to be laid over /etc, for hosts whose strongSwan still reads ipsec.conf. */
export function renderIpsec(input: Ikev2ProfileInput): Uint8Array {
  const name = fileName(input);
  const names = namesOf(input);
  const connections = input.connections.map((to, index) =>
    ipsecConnection(input, names[index] ?? '', to),
  );
  const text = `# IKEv2 connections to be used by strongSwan. /etc/ipsec.conf and /etc/ipsec.secrets
# must name these files, each with a line of its own:
#   include /etc/ipsec.d/${name}.conf
#   include /etc/ipsec.d/${name}.secrets
#   ipsec restart
${names.map((one) => `#   ipsec up ${one}\n`).join('')}
${connections.join('\n')}`;
  const isRsa = input.keyType === 'rsa-3072';
  const secret = `: ${isRsa ? 'RSA' : 'ECDSA'} ${name}.pem\n`;
  return renderTar([
    { name: `ipsec.d/${name}.conf`, access: 'public', text },
    { name: `ipsec.d/${name}.secrets`, access: 'secret', text: secret },
    ...credentials(input, {
      certificates: 'ipsec.d/certs',
      keys: 'ipsec.d/private',
      authorities: 'ipsec.d/cacerts',
    }),
  ]);
}

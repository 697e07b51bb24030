// The gateway's side of IKEv2 as strongSwan's swanctl reads it: one file among the owner's own.

import {
  addressAt,
  formatAddress,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../../model/cidr.ts';
import { toBase64, toUtf8 } from '../../model/encoding.ts';
import type { Ikev2Section } from '../../model/ikev2.ts';

/** What everything of ours in charon is called, or begins with. */
export const swanctlPrefix = 'sallyport';

export interface Swanctl {
  section: Ikev2Section;
  /** Names of files in `x509`, and in `x509ca` in the order of the section's authorities. */
  certificateFile: string;
  authorityFiles: readonly string[];
  /** Of devices, by their identities. */
  passwords: ReadonlyMap<string, string>;
}

// Apple and Windows by our profiles, Android's own client, strongSwan's, and what an iPhone or a
// Mac offers without a profile. Nothing below 2048 bits, so plain Windows is refused.
const aead = 'aes256gcm16-aes128gcm16-chacha20poly1305';
const ikeProposals = [
  `${aead}-prfsha384-prfsha256-prfsha512-ecp256-ecp384-curve25519-modp2048`,
  'aes256-aes128-sha256-sha384-sha512-modp2048-ecp256-ecp384-curve25519-modp3072',
];
// With `none`, perfect forward secrecy is the client's choice: some rekey without, some with.
const espProposals = [
  `${aead}-ecp256-ecp384-curve25519-modp2048-none`,
  'aes256-aes128-sha256-sha384-ecp256-modp2048-none',
];

/** A value in quotes. Throws on what no value of ours may hold. */
export function quoted(value: string): string {
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f) throw new Error('a value has a control character');
  }
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

function line(key: string, value: string | readonly string[]): string {
  return `${key} = ${quoted(typeof value === 'string' ? value : value.join(', '))}`;
}

function block(name: string, lines: readonly string[]): string[] {
  return [`${name} {`, ...lines.map((text) => `\t${text}`), '}'];
}

function poolName(pool: string): string {
  return `${swanctlPrefix}-${pool.replaceAll(/[^0-9a-f]/g, '-')}`;
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (typeof prefix === 'string') throw new Error(`"${text}" is no network prefix: ${prefix}`);
  return prefix;
}

/** The name says the range: charon cannot change one in which a device has an address. */
function poolLines(pool: string, dns: readonly string[]): string[] {
  const { address, length } = prefixOf(pool);
  const servers = dns.filter((server) => parseAddress(server)?.family === address.family);
  // The network's first address is the gateway's, as it is in WireGuard's pools.
  const first = formatAddress(addressAt({ address, length }, 2));
  return block(poolName(pool), [
    line('addrs', `${first}/${length}`),
    ...(servers.length > 0 ? [line('dns', servers)] : []),
  ]);
}

interface Connection {
  name: string;
  /** What the gateway calls itself. */
  identity: string;
  /** How devices prove themselves. */
  remote: readonly string[];
}

function connectionsOf({ section, authorityFiles }: Swanctl): Connection[] {
  const { identity, password, withoutRevocations } = section;
  const certified = [
    line('cacerts', authorityFiles),
    line('revocation', withoutRevocations === 'refuse' ? 'strict' : 'relaxed'),
  ];
  const connections = [
    { name: 'pubkey', identity, remote: ['auth = pubkey', ...certified] },
    { name: 'eap', identity, remote: ['auth = eap-tls', 'eap_id = %any', ...certified] },
  ];
  if (!password) return connections;
  // By an identity of its own, because of two kinds of EAP charon only ever tries the first.
  const remote = ['auth = eap-mschapv2', 'eap_id = %any'];
  return [...connections, { name: 'password', ...password, remote }];
}

/** In base64, since charon reads some beginnings of a plain text as the mark of a code. */
function secretLines(passwords: Swanctl['passwords']): string[] {
  const secrets = [...passwords].flatMap(([identity, password]) =>
    block(`eap-${swanctlPrefix}-${identity}`, [
      line('id', identity),
      line('secret', `0s${toBase64(toUtf8(password))}`),
    ]),
  );
  return secrets.length === 0 ? [] : block('secrets', secrets);
}

function connectionLines({ name, identity, remote }: Connection, input: Swanctl): string[] {
  const { section, certificateFile } = input;
  const { pools } = section;
  return block(`${swanctlPrefix}-${name}`, [
    'version = 2',
    'local_addrs = %any',
    line('proposals', ikeProposals),
    line('pools', [poolName(pools.v4), poolName(pools.v6)]),
    // Apple asks for no certificate and needs one all the same.
    'send_cert = always',
    'send_certreq = yes',
    'fragmentation = yes',
    'mobike = yes',
    'dpd_delay = 60s',
    // An identity is one device's, so a new session of it takes the place of the old.
    'unique = replace',
    // Clients rekey. Windows behind NAT refuses a gateway that does.
    'rekey_time = 0s',
    'reauth_time = 0s',
    ...block('local', ['auth = pubkey', line('certs', certificateFile), line('id', identity)]),
    ...block('remote', remote),
    ...block('children', [
      ...block(`${swanctlPrefix}-net`, [
        line('local_ts', section.routes),
        line('esp_proposals', espProposals),
        'rekey_time = 0s',
        'dpd_action = clear',
        'start_action = none',
      ]),
    ]),
  ]);
}

/** The file in `conf.d`. Throws if the section holds what would be read as something else. */
export function renderSwanctl(input: Swanctl): string {
  const { pools, dns } = input.section;
  const connections = connectionsOf(input);
  for (const { identity } of connections)
    if (!/^[0-9A-Za-z.:-]+$/.test(identity))
      throw new Error(`"${identity}" is neither a host name nor an address`);
  const lines = [
    ...block(
      'connections',
      connections.flatMap((one) => connectionLines(one, input)),
    ),
    ...secretLines(input.passwords),
    ...block('pools', [...poolLines(pools.v4, dns), ...poolLines(pools.v6, dns)]),
  ];
  return `${lines.join('\n')}\n`;
}

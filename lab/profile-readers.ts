// Reads generated profiles as their clients would: what is in the file, and nothing else, becomes
// what the client sends. Each client's proposals and identities are those that its vendor
// documents.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readMobileconfig, readPasswordMobileconfig } from './apple-readers.ts';
import type { ClientSettings } from './client-settings.ts';
import { everything, only, openBundle, pemOf, type Source } from './profile-source.ts';

/** A value of the script, by the words before it. */
function scriptValue(script: string, pattern: RegExp): string {
  const value = pattern.exec(script)?.[1];
  if (value === undefined) throw new Error(`the script has nothing like ${pattern}`);
  return value;
}

/** Windows: it asks for no gateway by name, and says its certificate's whole name. */
async function readWindows(source: Source): Promise<ClientSettings> {
  const script = source.content.toString('utf8').replaceAll('\r\n', '\n');
  const value = (name: string) =>
    scriptValue(script, new RegExp(`^\\${name} = '([^'\\n]*)'$`, 'm'));
  const option = (name: string) =>
    scriptValue(script, new RegExp(`^ +${name} = '([^'\\n]*)'$`, 'm'));
  const roots =
    scriptValue(script, /^\$Roots = @\(\n([^)]*)\n\)$/m).match(/[A-Za-z0-9+/=]{40,}/g) ?? [];
  const policy = {
    encryption: { AES256: 'aes256' }[option('EncryptionMethod')],
    integrity: { SHA256: 'sha256', SHA384: 'sha384' }[option('IntegrityCheckMethod')],
    group: { ECP256: 'ecp256', ECP384: 'ecp384' }[option('DHGroup')],
    cipher: { GCMAES256: 'aes256gcm16' }[option('CipherTransformConstants')],
    pfs: { ECP256: 'ecp256', ECP384: 'ecp384' }[option('PfsGroup')],
  };
  if (Object.values(policy).includes(undefined)) {
    throw new Error(`Windows knows no such policy: ${JSON.stringify(policy)}`);
  }
  const p12 = Buffer.from(value('$Bundle'), 'base64');
  return {
    ...(await openBundle(source, p12, value('$Password'))),
    host: option('Server'),
    remoteIdentity: undefined,
    localIdentity: undefined,
    ike: `${policy.encryption}-${policy.integrity}-${policy.group}`,
    esp: `${policy.cipher}-${policy.pfs}`,
    authorities: roots.map((root) => pemOf(Buffer.from(root, 'base64'))),
    remote: everything,
  };
}

const base64 = z.string().transform((text) => Buffer.from(text, 'base64'));
const sswanSchema = z.object({
  type: z.literal('ikev2-cert'),
  remote: z.object({ addr: z.string(), id: z.string(), cert: base64 }),
  local: z.object({ id: z.string(), p12: base64 }),
  'ike-proposal': z.string(),
  'esp-proposal': z.string(),
});

/** The strongSwan app: which networks go through the tunnel is its own affair. */
async function readSswan(source: Source): Promise<ClientSettings> {
  const profile = sswanSchema.parse(JSON.parse(source.content.toString('utf8')));
  const { remote, local } = profile;
  return {
    ...(await openBundle(source, local.p12, source.file.password ?? '')),
    host: remote.addr,
    remoteIdentity: remote.id,
    localIdentity: local.id,
    ike: profile['ike-proposal'],
    esp: profile['esp-proposal'],
    authorities: [pemOf(remote.cert)],
    remote: everything,
  };
}

/** Android's own client: what it offers cannot be chosen, and its curves are not NIST's. */
const android = {
  ike: [
    'aes256-aes192-aes128-sha512-sha384-sha256-modp4096-curve25519-modp3072-modp2048',
    'chacha20poly1305-aes256gcm16-aes128gcm16-prfsha512-prfsha384-prfsha256-modp4096-curve25519' +
      '-modp3072-modp2048',
  ].join(', '),
  esp: 'aes256gcm16-aes128gcm16-chacha20poly1305, aes256-aes128-sha512-sha384-sha256',
};

/** What a person has to type. */
function typedOf({ file: { kind, password, typed } }: Source) {
  if (!typed) throw new Error(`nobody says what is typed for ${kind}`);
  return { password: password ?? '', ...typed };
}

/** Android's asks the gateway for the name that it is reached by. */
async function readAndroid(source: Source): Promise<ClientSettings> {
  const { server, identifier, password } = typedOf(source);
  return {
    ...(await openBundle(source, source.content, password)),
    ...android,
    host: server,
    remoteIdentity: server,
    localIdentity: identifier,
    remote: everything,
  };
}

/** What is typed into clients that want a password, and the authorities that they import. */
function readTyped(source: Source): Omit<ClientSettings, 'ike' | 'esp'> {
  const { server, remoteIdentifier = server, identifier, password } = typedOf(source);
  return {
    host: server,
    remoteIdentity: remoteIdentifier,
    localIdentity: identifier,
    proof: { user: identifier, password },
    authorities: source.file.paths.map((path) => pemOf(readFileSync(path))),
    remote: everything,
  };
}

async function readAndroidPassword(source: Source): Promise<ClientSettings> {
  return { ...readTyped(source), ...android };
}

/** strongSwan or any other that takes the algorithms of our time. */
async function readPassword(source: Source): Promise<ClientSettings> {
  const algorithms = { ike: 'aes256gcm16-prfsha256-ecp256', esp: 'aes256gcm16-ecp256' };
  return { ...readTyped(source), ...algorithms };
}

/** A value of a section of a keyfile. */
function keyfileReader(text: string): (key: string) => string | undefined {
  const section = /^\[vpn\]\n((?:[^[\n].*\n|\n)*)/m.exec(text)?.[1] ?? '';
  return (key) => new RegExp(`^${key}=(.*)$`, 'm').exec(section)?.[1];
}

/** NetworkManager: the keyfile names the other files, as they lie once unpacked over /. */
async function readNetworkManager({ node, path, scratch }: Source): Promise<ClientSettings> {
  await node.exec(['tar', '-xf', path, '-C', scratch]);
  const folder = join(scratch, 'etc/NetworkManager/system-connections');
  const { stdout } = await node.exec(['ls', folder]);
  const name = only(stdout.trim().split('\n'), 'connections');
  const value = keyfileReader(readFileSync(join(folder, name), 'utf8'));
  const needed = (key: string) => {
    const found = value(key);
    if (found === undefined) throw new Error(`the keyfile has no ${key}`);
    return found;
  };
  const named = (key: string) => readFileSync(join(scratch, needed(key)), 'utf8');
  return {
    host: needed('address'),
    remoteIdentity: needed('remote-identity'),
    localIdentity: needed('local-identity'),
    ike: needed('ike'),
    esp: needed('esp'),
    proof: { certificate: named('usercert'), privateKey: named('userkey') },
    authorities: [named('certificate')],
    remote: value('remote-ts')?.split(';').filter(Boolean) ?? everything,
  };
}

const readers = {
  mobileconfig: readMobileconfig,
  windows: readWindows,
  sswan: readSswan,
  android: readAndroid,
  networkmanager: readNetworkManager,
  'mobileconfig-password': readPasswordMobileconfig,
  'android-password': readAndroidPassword,
  password: readPassword,
};

/** What a client has of its profile. Throws when the client could not use it. */
export function readProfile(source: Source): Promise<ClientSettings> {
  const { kind } = source.file;
  if (kind === 'swanctl' || kind === 'ipsec') {
    throw new Error(`strongSwan itself reads what is for ${kind}`);
  }
  return readers[kind](source);
}

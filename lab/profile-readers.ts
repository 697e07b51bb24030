// Reads generated profiles as their clients would: what is in the file, and nothing else, becomes
// what the client sends. Each client's proposals and identities are those that its vendor
// documents.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parsePlist } from 'plist';
import { z } from 'zod';
import type { ClientFile, ClientSettings } from './ikev2-client.ts';
import type { LabNode } from './node.ts';

const everything = ['0.0.0.0/0', '::/0'];

interface Source {
  node: LabNode;
  file: ClientFile;
  content: Buffer;
  /** A folder for what has to be a file in between. */
  scratch: string;
}

interface Bundle {
  certificate: string;
  privateKey: string;
  authorities: string[];
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const keyPattern = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/;

function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function only<T>(items: readonly T[], what: string): T {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) {
    throw new Error(`the profile has ${items.length} of ${what} in place of one`);
  }
  return item;
}

/** Opens a PKCS #12 with its password. */
async function openBundle({ node, scratch }: Source, p12: Uint8Array, password: string) {
  const path = join(scratch, 'bundle.p12');
  writeFileSync(path, p12);
  const open = ['openssl', 'pkcs12', '-in', path, '-passin', `pass:${password}`, '-nodes'];
  const [own, others] = [
    await node.exec([...open, '-clcerts']),
    await node.exec([...open, '-cacerts']),
  ];
  const bundle: Bundle = {
    certificate: only(own.stdout.match(certificatePattern) ?? [], 'certificates'),
    privateKey: only(own.stdout.match(keyPattern) ?? [], 'keys'),
    authorities: others.stdout.match(certificatePattern) ?? [],
  };
  return bundle;
}

const bytes = z.instanceof(Uint8Array);
const algorithmsSchema = z.object({
  EncryptionAlgorithm: z.literal('AES-256-GCM'),
  IntegrityAlgorithm: z.enum(['SHA2-256', 'SHA2-384']),
  DiffieHellmanGroup: z.literal([19, 20]),
});
const payloadsSchema = z.object({
  PayloadContent: z.array(z.looseObject({ PayloadType: z.string(), PayloadUUID: z.string() })),
});
const identityPayload = z.object({
  PayloadUUID: z.string(),
  PayloadContent: bytes,
  Password: z.string(),
});
const rootPayload = z.object({ PayloadContent: bytes });
const vpnPayload = z.object({
  VPNType: z.literal('IKEv2'),
  IKEv2: z.object({
    RemoteAddress: z.string(),
    RemoteIdentifier: z.string(),
    LocalIdentifier: z.string(),
    AuthenticationMethod: z.literal('Certificate'),
    PayloadCertificateUUID: z.string(),
    EnablePFS: z.int(),
    IKESecurityAssociationParameters: algorithmsSchema,
    ChildSecurityAssociationParameters: algorithmsSchema,
  }),
});

const groups = { 19: 'ecp256', 20: 'ecp384' } as const;
const functions = { 'SHA2-256': 'prfsha256', 'SHA2-384': 'prfsha384' } as const;

/** iOS and macOS: the signature is taken off, the identity is an e-mail name. */
async function readMobileconfig(source: Source): Promise<ClientSettings> {
  const { node, file, scratch } = source;
  const path = join(scratch, 'profile.plist');
  const unwrap = ['openssl', 'cms', '-verify', '-noverify', '-inform', 'DER', '-in', file.path];
  await node.exec([...unwrap, '-out', path]);
  const { PayloadContent } = payloadsSchema.parse(parsePlist(readFileSync(path, 'utf8')));
  const ofType = (type: string) => PayloadContent.filter((one) => one.PayloadType === type);
  const vpn = only(ofType('com.apple.vpn.managed'), 'VPNs');
  const { IKEv2: ikev2 } = vpnPayload.parse(vpn);
  const identities = ofType('com.apple.security.pkcs12').map((one) => identityPayload.parse(one));
  const identity = only(
    identities.filter(({ PayloadUUID }) => PayloadUUID === ikev2.PayloadCertificateUUID),
    'identities that the VPN names',
  );
  const roots = ofType('com.apple.security.root').map((one) => rootPayload.parse(one));
  const ike = ikev2.IKESecurityAssociationParameters;
  const child = ikev2.ChildSecurityAssociationParameters;
  const pfs = ikev2.EnablePFS === 1 ? `-${groups[child.DiffieHellmanGroup]}` : '';
  return {
    ...(await openBundle(source, identity.PayloadContent, identity.Password)),
    host: ikev2.RemoteAddress,
    remoteIdentity: ikev2.RemoteIdentifier,
    localIdentity: ikev2.LocalIdentifier,
    ike: `aes256gcm16-${functions[ike.IntegrityAlgorithm]}-${groups[ike.DiffieHellmanGroup]}`,
    esp: `aes256gcm16${pfs}`,
    authorities: roots.map((root) => pemOf(root.PayloadContent)),
    remote: everything,
  };
}

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

async function readAndroid(source: Source): Promise<ClientSettings> {
  const { password, typed } = source.file;
  if (!typed) throw new Error("Android's own client has to be typed into");
  return {
    ...(await openBundle(source, source.content, password ?? '')),
    ...android,
    host: typed.server,
    remoteIdentity: typed.server,
    localIdentity: typed.identifier,
    remote: everything,
  };
}

/** A value of a section of a keyfile. */
function keyfileReader(text: string): (key: string) => string | undefined {
  const section = /^\[vpn\]\n((?:[^[\n].*\n|\n)*)/m.exec(text)?.[1] ?? '';
  return (key) => new RegExp(`^${key}=(.*)$`, 'm').exec(section)?.[1];
}

/** NetworkManager: the keyfile names the other files, as they lie once unpacked over /. */
async function readNetworkManager({ node, file, scratch }: Source): Promise<ClientSettings> {
  await node.exec(['tar', '-xf', file.path, '-C', scratch]);
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
    certificate: named('usercert'),
    privateKey: named('userkey'),
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
};

/** What a client has of its profile. Throws when the client could not use it. */
export function readProfile(
  node: LabNode,
  file: ClientFile,
  content: Buffer,
  scratch: string,
): Promise<ClientSettings> {
  if (file.kind === 'swanctl' || file.kind === 'ipsec') {
    throw new Error(`strongSwan itself reads what is for ${file.kind}`);
  }
  return readers[file.kind]({ node, file, content, scratch });
}

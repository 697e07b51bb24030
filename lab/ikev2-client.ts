// IKEv2 clients, each from nothing but the file that was generated for it: strongSwan does what
// Apple's, Windows', Android's and NetworkManager's would, with the values, proposals and
// identities that they would take from there.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientFile, ClientSettings } from './client-settings.ts';
import type { LabNode } from './node.ts';
import { readProfile } from './profile-readers.ts';
import {
  initiate,
  installStrongswan,
  startStrongswan,
  stopStrongswan,
  swanctlFolder,
} from './strongswan.ts';

const upMs = 30_000;

export interface ClientOptions {
  /** Whether its own messages may be cut to fit (RFC 7383), and it takes such. */
  fragmentation?: 'yes' | 'no';
  /** How long it tries to connect. */
  patienceS?: number;
}

/** The section of what it proves itself with, and that of its secrets. */
function proofOf({ proof, localIdentity }: ClientSettings): { local: string; secrets: string } {
  const id = localIdentity === undefined ? '' : `id = "${localIdentity}"`;
  if ('certificate' in proof)
    return { local: `auth = pubkey\ncerts = client.pem\n${id}`, secrets: '' };
  const secret = `0s${Buffer.from(proof.password).toString('base64')}`;
  return {
    local: `auth = eap-mschapv2\neap_id = ${proof.user}\n${id}`,
    secrets: `secrets { eap-client {\n id = ${proof.user}\n secret = ${secret}\n} }\n`,
  };
}

function configuration(
  settings: ClientSettings,
  names: readonly string[],
  { fragmentation = 'yes' }: ClientOptions,
): string {
  const { remoteIdentity, ike, esp, remote, host } = settings;
  const { local, secrets } = proofOf(settings);
  return `connections { client {
  version = 2
  remote_addrs = ${host}
  vips = 0.0.0.0, ::
  fragmentation = ${fragmentation}
  proposals = ${ike}
  local { ${local} }
  remote { auth = pubkey
           id = ${remoteIdentity ?? '%any'}
           cacerts = ${names.join(', ')} }
  children { client {
    remote_ts = ${remote.join(', ')}
    esp_proposals = ${esp} } }
} }
${secrets}`;
}

async function connectBySettings(
  node: LabNode,
  settings: ClientSettings,
  options: ClientOptions,
): Promise<void> {
  const folder = swanctlFolder(node);
  const names = settings.authorities.map((pem, i) => {
    writeFileSync(join(folder, `x509ca/client-${i}.pem`), pem);
    return `client-${i}.pem`;
  });
  const { proof } = settings;
  if ('certificate' in proof) {
    writeFileSync(join(folder, 'x509/client.pem'), proof.certificate);
    writeFileSync(join(folder, 'private/client.pem'), proof.privateKey);
  }
  const text = configuration(settings, names, options);
  writeFileSync(join(folder, 'conf.d/client.conf'), text);
  await startStrongswan(node);
  await initiate(node, 'client', options.patienceS);
}

/** What the head of a file says has to be done, by the last word of a command there. */
function told(text: string, command: RegExp): string {
  const name = command.exec(text)?.[1];
  if (name === undefined) throw new Error(`no line of the file is like ${command}`);
  return name;
}

/** Lays the folder over the node's, and does as the head of its file says. */
async function connectBySwanctl(node: LabNode, path: string): Promise<void> {
  await node.exec(['tar', '-xf', path, '-C', '/etc/swanctl']);
  await startStrongswan(node);
  const text = await node.exec(['sh', '-c', 'cat /etc/swanctl/conf.d/sallyport-*.conf']);
  await initiate(node, told(text.stdout, /^# +swanctl --initiate --child (\S+)$/m));
}

async function connectByIpsec(node: LabNode, path: string): Promise<void> {
  for (const name of ['ipsec.d', 'ipsec.conf', 'ipsec.secrets']) {
    rmSync(join(node.files, 'etc', name), { recursive: true, force: true });
    cpSync(join('/etc', name), join(node.files, 'etc', name), { recursive: true });
  }
  await node.exec(['tar', '-xf', path, '-C', '/etc']);
  const head = (await node.exec(['sh', '-c', 'cat /etc/ipsec.d/sallyport-*.conf'])).stdout;
  for (const end of ['conf', 'secrets']) {
    const line = told(head, new RegExp(`^# +(include /etc/ipsec\\.d/\\S+\\.${end})$`, 'm'));
    writeFileSync(join(node.files, 'etc', `ipsec.${end}`), `${line}\n`);
  }
  // It starts a daemon that keeps whatever it was started with, and says nothing when it is ready.
  const start = `ipsec start </dev/null >/dev/null 2>&1
until ipsec statusall "$0" 2>/dev/null | grep -q "$0:"; do sleep 0.05; done`;
  const name = told(head, /^# +ipsec up (\S+)$/m);
  await node.exec(['sh', '-c', start, name]);
  await node.exec(['ipsec', 'up', name], { timeoutMs: upMs });
}

/**
 * Connects a node by a file, as the client that the file is for would. The options are what such a
 * client settles by itself; strongSwan, which reads its files itself, has its own. Throws when it
 * cannot.
 */
export async function connectByFile(
  node: LabNode,
  file: ClientFile,
  options: ClientOptions = {},
): Promise<void> {
  installStrongswan(node);
  const [path = ''] = file.paths;
  if (file.kind === 'swanctl') return connectBySwanctl(node, path);
  if (file.kind === 'ipsec') return connectByIpsec(node, path);
  const scratch = join(node.files, 'profile');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const source = { node, file, path, content: readFileSync(path), scratch };
  return connectBySettings(node, await readProfile(source), options);
}

/** Disconnects a node, whichever of strongSwan's daemons it runs. */
export async function disconnect(node: LabNode): Promise<void> {
  await stopStrongswan(node);
  if (!existsSync(join(node.files, 'etc/ipsec.conf'))) return;
  const stop = 'ipsec stop; while [ -e /run/charon.pid ]; do sleep 0.05; done';
  await node.exec(['sh', '-c', stop], { mayFail: true });
}

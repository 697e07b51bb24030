// Certificates and a gateway made by hand, with openssl and swanctl alone: what strongSwan itself
// does can be told from what Sallyport does with it.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabNode } from './node.ts';
import { installStrongswan, startStrongswan, swanctlFolder } from './strongswan.ts';

const leafDays = 30;

/** A certificate and its key: files in PEM. */
export interface Paper {
  certificate: string;
  key: string;
}

const extensions = {
  gateway: (name: string) => {
    const address = /^[\d.]+$/.test(name) ? `,IP:${name}` : '';
    return `extendedKeyUsage=serverAuth\nsubjectAltName=DNS:${name}${address}`;
  },
  device: (name: string) => `extendedKeyUsage=clientAuth\nsubjectAltName=email:${name}`,
};

/** An authority in a folder of its own. */
export class HandMadeAuthority {
  readonly certificate: string;
  readonly #folder: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.certificate = join(folder, 'ca.pem');
    this.#key('ca.key');
    this.#openssl(
      ...['req', '-x509', '-new', '-key', 'ca.key', '-out', 'ca.pem', '-days', `${leafDays}`],
      ...['-subj', '/O=Lab/CN=Hand-made', '-addext', 'basicConstraints=critical,CA:TRUE,pathlen:0'],
      ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    );
  }

  /** Issues a certificate for a gateway's host or a device's identity. */
  issue(kind: keyof typeof extensions, name: string, keyType: 'ec' | 'rsa' = 'ec'): Paper {
    const [key, csr, ext, pem] = ['key', 'csr', 'ext', 'pem'].map((end) => `${name}.${end}`);
    if (!(key && csr && ext && pem)) throw new Error('unreachable');
    this.#key(key, keyType);
    this.#openssl('req', '-new', '-key', key, '-subj', `/O=Lab/CN=${name}`, '-out', csr);
    const common = 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature';
    const ids = 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid';
    writeFileSync(join(this.#folder, ext), `${common}\n${ids}\n${extensions[kind](name)}\n`);
    this.#openssl(
      ...['x509', '-req', '-in', csr, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', `${leafDays}`, '-extfile', ext, '-out', pem],
    );
    return { certificate: join(this.#folder, pem), key: join(this.#folder, key) };
  }

  #key(path: string, type: 'ec' | 'rsa' = 'ec'): void {
    if (type === 'rsa') this.#openssl('genrsa', '-out', path, '3072');
    else this.#openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', path);
  }

  #openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const gatewayConfiguration = (host: string) => `
connections { hand-made {
  version = 2
  proposals = aes256gcm16-prfsha384-prfsha256-ecp256-ecp384-modp2048, aes256-sha256-modp2048
  pools = pool4, pool6
  send_cert = always
  unique = never
  dpd_delay = 60s
  rekey_time = 0s
  local { auth = pubkey
          certs = gateway.pem
          id = ${host} }
  remote { auth = pubkey
           cacerts = ca.pem }
  children { net {
    local_ts = 0.0.0.0/0, ::/0
    esp_proposals = aes256gcm16-ecp256-modp2048-none, aes256-sha256-ecp256-modp2048-none
    rekey_time = 0s } }
} }
pools {
  pool4 { addrs = 10.98.0.2-10.98.255.254 }
  pool6 { addrs = fd98::2/112 }
}
`;

const clientConfiguration = (host: string, identity: string, fragmentation: string) => `
connections { hand-made {
  version = 2
  fragmentation = ${fragmentation}
  remote_addrs = ${host}
  vips = 0.0.0.0, ::
  proposals = aes256gcm16-prfsha384-ecp256
  local { auth = pubkey
          certs = device.pem
          id = ${identity} }
  remote { auth = pubkey
           id = ${host}
           cacerts = ca.pem }
  children { net {
    remote_ts = 0.0.0.0/0, ::/0
    esp_proposals = aes256gcm16-ecp256 } }
} }
`;

const rules = `table inet sharing {
  chain leaving { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }
}`;

function install(
  node: LabNode,
  names: { authority: HandMadeAuthority; paper: Paper; as: string; configuration: string },
): void {
  const { authority, paper, as, configuration } = names;
  installStrongswan(node);
  const folder = swanctlFolder(node);
  copyFileSync(authority.certificate, join(folder, 'x509ca/ca.pem'));
  copyFileSync(paper.certificate, join(folder, `x509/${as}.pem`));
  copyFileSync(paper.key, join(folder, `private/${as}.pem`));
  writeFileSync(join(folder, 'conf.d/hand-made.conf'), configuration);
}

/** Makes a node a gateway at a host, and starts it. */
export async function startHandMadeGateway(
  node: LabNode,
  authority: HandMadeAuthority,
  host: string,
): Promise<void> {
  const paper = authority.issue('gateway', host);
  install(node, { authority, paper, as: 'gateway', configuration: gatewayConfiguration(host) });
  await startStrongswan(node);
  await node.exec(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  await node.exec(['nft', '-f', '-'], { input: rules });
}

export interface HandMadeClient {
  host: string;
  identity: string;
  /** RSA makes its messages larger than a narrow road. */
  keyType?: 'ec' | 'rsa';
  /** Whether its IKE messages may come in pieces (RFC 7383). */
  fragmentation?: 'yes' | 'no';
}

/** Makes a node a device with an identity that knows a gateway, and starts it; not connected. */
export async function startHandMadeClient(
  node: LabNode,
  authority: HandMadeAuthority,
  { host, identity, keyType = 'ec', fragmentation = 'yes' }: HandMadeClient,
): Promise<void> {
  const paper = authority.issue('device', identity, keyType);
  const configuration = clientConfiguration(host, identity, fragmentation);
  install(node, { authority, paper, as: 'device', configuration });
  await startStrongswan(node);
}

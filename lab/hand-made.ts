// Certificates and a gateway made by hand, without a line of Sallyport's: what strongSwan itself
// does can be told from what Sallyport does with it.

import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { LabNode } from './node.ts';
import { installStrongswan, startStrongswan, swanctlFolder } from './strongswan.ts';

const validMs = 30 * 24 * 3_600_000;
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

const signing = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' };

const makeKeys = () => crypto.subtle.generateKey(signing, true, ['sign', 'verify']);

/** A certificate and its key in PEM. */
export interface Paper {
  certificate: string;
  key: string;
}

interface Wish {
  commonName: string;
  names: x509.JsonGeneralNames;
  usage: string;
  keys: CryptoKeyPair;
}

export class HandMadeAuthority {
  /** Its own, in PEM. */
  readonly certificate: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(certificate: x509.X509Certificate, keys: CryptoKeyPair) {
    this.certificate = certificate.toString('pem');
    this.#certificate = certificate;
    this.#keys = keys;
  }

  static async make(): Promise<HandMadeAuthority> {
    const keys = await makeKeys();
    const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'O=Lab, CN=Hand-made',
      notAfter: new Date(Date.now() + validMs),
      signingAlgorithm: signing,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new HandMadeAuthority(certificate, keys);
  }

  /** For a gateway that is reached at a name or an address. */
  async gateway(host: string): Promise<Paper> {
    const address = /^[\d.]+$/.test(host) ? [{ type: 'ip' as const, value: host }] : [];
    const names = [{ type: 'dns' as const, value: host }, ...address];
    return this.#issue({ commonName: host, names, usage: serverAuth, keys: await makeKeys() });
  }

  /** For many devices that share one key: a crowd costs charon the same, and is made sooner. */
  async devices(identities: readonly string[]): Promise<Paper[]> {
    const keys = await makeKeys();
    const issued = identities.map((identity) => {
      const names = [{ type: 'email' as const, value: identity }];
      return this.#issue({ commonName: identity, names, usage: clientAuth, keys });
    });
    return Promise.all(issued);
  }

  async #issue({ commonName, names, usage, keys }: Wish): Promise<Paper> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `O=Lab, CN=${commonName}`,
      issuer: this.#certificate.subject,
      notAfter: new Date(Date.now() + validMs),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: signing,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension(names),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
      ],
    });
    const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      certificate: certificate.toString('pem'),
      key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    };
  }
}

const gatewayConfiguration = (host: string) => `
connections { hand-made {
  version = 2
  proposals = aes256gcm16-prfsha384-prfsha256-ecp256-modp2048, aes256-sha256-ecp256-modp2048
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

const clientConfiguration = (host: string, identity: string) => `
connections { hand-made {
  version = 2
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

interface Installation {
  authority: HandMadeAuthority;
  paper: Paper;
  as: string;
  configuration: string;
  settings?: string;
}

function install(node: LabNode, installation: Installation): void {
  const { authority, paper, as, configuration, settings } = installation;
  installStrongswan(node, settings);
  const folder = swanctlFolder(node);
  writeFileSync(join(folder, 'x509ca/ca.pem'), authority.certificate);
  writeFileSync(join(folder, `x509/${as}.pem`), paper.certificate);
  writeFileSync(join(folder, `private/${as}.pem`), paper.key);
  writeFileSync(join(folder, 'conf.d/hand-made.conf'), configuration);
}

/** Makes a node a gateway at a host, with charon's settings as given, and starts it. */
export async function startHandMadeGateway(
  node: LabNode,
  authority: HandMadeAuthority,
  host: string,
  settings = '',
): Promise<void> {
  const paper = await authority.gateway(host);
  const configuration = gatewayConfiguration(host);
  install(node, { authority, paper, as: 'gateway', configuration, settings });
  await startStrongswan(node);
  await node.exec(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  await node.exec(['nft', '-f', '-'], { input: rules });
}

/** Makes a node a device with an identity that knows a gateway, and starts it; not connected. */
export async function startHandMadeClient(
  node: LabNode,
  authority: HandMadeAuthority,
  { host, identity }: { host: string; identity: string },
): Promise<void> {
  const [paper] = await authority.devices([identity]);
  if (!paper) throw new Error(`there is no certificate for ${identity}`);
  install(node, {
    ...{ authority, paper, as: 'device' },
    configuration: clientConfiguration(host, identity),
  });
  await startStrongswan(node);
}

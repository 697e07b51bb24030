// A real charon as gateway, another as client and a host behind the gateway, each in a network of
// its own, with an authority made by openssl.

import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../src/agent/host.ts';
import { makeNodeHost } from '../../src/runtimes/agent-node-host.ts';

/** Why it cannot be here, or undefined. */
export function charonMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  if (!existsSync('/usr/sbin/charon-systemd')) return 'strongSwan is not installed';
  if (!existsSync('/dev/net/tun')) return 'no TUN';
  if (spawnSync('which', ['wireguard-go', 'ping', 'nft']).status !== 0)
    return 'a program is missing';
  return spawnSync('unshare', ['-n', 'true']).status === 0 ? undefined : 'no network namespaces';
}

/** The exit code of a program. The agent runs in this process, so nothing may block it. */
function codeOf(program: string, argv: string[]): Promise<number> {
  return new Promise((resolve) => {
    execFile(program, argv, { timeout: 20_000 }, (error) => resolve(error ? 1 : 0));
  });
}

const authorityConfig = (folder: string) => `[ca]
default_ca = one
[one]
database = ${folder}/index.txt
crlnumber = ${folder}/number
default_md = sha256
default_crl_days = 30
crl_extensions = list
[list]
authorityKeyIdentifier = keyid
`;

/** Debian's, but for where the socket is, and for a kernel without ESP. */
const settings = (folder: string) => `charon {
  load_modular = yes
  plugins {
    include /etc/strongswan.d/charon/*.conf
    vici { socket = unix://${folder}/vici }
    kernel-libipsec { load = yes }
    stroke { load = no }
  }
}
include ${folder}/strongswan.d/*.conf
`;

/** What a client must not do to the machine that the test runs on. */
const clientSettings = `charon {
  plugins {
    forecast { load = no }
    farp { load = no }
    dhcp { load = no }
    resolve { load = no }
  }
}
`;

export class CharonWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'charon-'));
  /** Of WireGuard: programs in user space have their sockets in one folder for all networks. */
  readonly interfaceName = `sp${process.pid}`;
  readonly #networks = new Map<string, ChildProcess>();
  readonly #charons = new Map<string, ChildProcess>();

  /** Runs a program in a network. Gives its exit code. */
  run(network: string, ...argv: string[]): Promise<number> {
    return codeOf('nsenter', ['-n', '-t', `${this.#networks.get(network)?.pid}`, ...argv]);
  }

  /** The gateway's host, as the agent has it; its programs run in the gateway's network. */
  gatewayHost(): Host & { close(): void } {
    const host = makeNodeHost();
    const pid = `${this.#networks.get('gateway')?.pid}`;
    return {
      ...host,
      exec: (argv, options) => host.exec(['nsenter', '-n', '-t', pid, ...argv], options),
    };
  }

  async build(identity: string): Promise<void> {
    for (const network of ['client', 'gateway', 'web'])
      this.#networks.set(network, spawn('unshare', ['-n', 'sleep', '600'], { stdio: 'ignore' }));
    await this.#until(async () => (await this.run('web', 'true')) === 0);
    await this.#wire('client', '192.0.2.2', '192.0.2.1');
    await this.#wire('web', '198.51.100.2', '198.51.100.1');
    this.#makeAuthority(identity);
    for (const name of ['client', 'gateway']) {
      for (const part of ['x509', 'x509ca', 'x509crl', 'private', 'conf.d', 'strongswan.d'])
        mkdirSync(join(this.folder, name, part), { recursive: true });
      writeFileSync(join(this.folder, name, 'swanctl.conf'), 'include conf.d/*.conf\n');
      writeFileSync(join(this.folder, name, 'strongswan.conf'), settings(join(this.folder, name)));
    }
    writeFileSync(join(this.folder, 'client/strongswan.d/client.conf'), clientSettings);
    this.#makeClient(identity);
    await this.startCharon('client');
    for (const what of ['creds', 'conns']) await this.swanctl('client', `--load-${what}`);
  }

  /** Kills one. When it is gone, so are its ports and its `ipsec0`: another would get `ipsec1`. */
  async killCharon(name: string): Promise<void> {
    const old = this.#charons.get(name);
    this.#charons.delete(name);
    if (old?.kill('SIGKILL')) await once(old, 'exit');
  }

  /** Kills what runs, and starts another. */
  async startCharon(name: string): Promise<void> {
    await this.killCharon(name);
    const at = join(this.folder, name);
    const pid = `${this.#networks.get(name)?.pid}`;
    rmSync(join(at, 'vici'), { force: true });
    const env = { ...process.env, STRONGSWAN_CONF: join(at, 'strongswan.conf'), SWANCTL_DIR: at };
    const argv = ['-n', '-t', pid, '/usr/sbin/charon-systemd'];
    this.#charons.set(name, spawn('nsenter', argv, { env, stdio: 'ignore' }));
    await this.#until(async () => (await this.swanctl(name, '--stats')) === 0);
  }

  swanctl(name: string, ...argv: string[]): Promise<number> {
    const where = ['--uri', `unix://${this.folder}/${name}/vici`];
    const isLoad = argv[0]?.startsWith('--load');
    const file = isLoad ? ['--file', `${this.folder}/${name}/swanctl.conf`] : [];
    return codeOf('swanctl', [...argv, ...where, ...file]);
  }

  /** The plugins that a charon has loaded. */
  plugins(name: string): string[] {
    const argv = ['--stats', '--raw', '--uri', `unix://${this.folder}/${name}/vici`];
    const said = execFileSync('swanctl', argv, { encoding: 'utf8' });
    return /plugins=\[([^\]]*)\]/.exec(said)?.[1]?.split(' ') ?? [];
  }

  /** Whether the client reaches the host behind the gateway, within a few packets. */
  async reaches(): Promise<boolean> {
    const ping = ['ping', '-c', '3', '-i', '0.2', '-W', '1', '198.51.100.2'];
    return (await this.run('client', ...ping)) === 0;
  }

  /** The certificate (DER in base64) for a request of the gateway. */
  certify(request: string): string {
    writeFileSync(join(this.folder, 'gateway.csr'), request);
    return this.#sign(
      'gateway',
      'subjectAltName=DNS:vpn.example.test\nextendedKeyUsage=serverAuth',
    );
  }

  /** The list of revoked certificates as it is now. */
  revocations(): string {
    return this.#openssl(
      'ca',
      '-config',
      'ca.cnf',
      '-gencrl',
      '-keyfile',
      'ca.key',
      '-cert',
      'ca.pem',
    );
  }

  revokeClient(): void {
    this.#openssl(
      'ca',
      '-config',
      'ca.cnf',
      '-revoke',
      'client.pem',
      '-keyfile',
      'ca.key',
      '-cert',
      'ca.pem',
    );
  }

  base64Of(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8').replaceAll(/-----.*-----|\n/g, '');
  }

  async close(): Promise<void> {
    // Whoever does WireGuard in user space ends with its interface.
    await this.run('gateway', 'ip', 'link', 'delete', this.interfaceName);
    for (const child of [...this.#charons.values(), ...this.#networks.values()])
      child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #wire(network: string, address: string, gateway: string): Promise<void> {
    const pid = `${this.#networks.get(network)?.pid}`;
    const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', pid];
    const script = [
      ['gateway', 'ip', 'link', 'add', network, ...peer],
      ['gateway', 'ip', 'address', 'add', `${gateway}/24`, 'dev', network],
      ['gateway', 'ip', 'link', 'set', network, 'up'],
      [network, 'ip', 'link', 'set', 'lo', 'up'],
      [network, 'ip', 'address', 'add', `${address}/24`, 'dev', 'eth0'],
      [network, 'ip', 'link', 'set', 'eth0', 'up'],
    ];
    for (const [where = '', ...argv] of script) await this.run(where, ...argv);
  }

  #openssl(...argv: string[]): string {
    const { folder: cwd } = this;
    return execFileSync('openssl', argv, { cwd, encoding: 'utf8', stdio: 'pipe' });
  }

  #makeAuthority(identity: string): void {
    writeFileSync(join(this.folder, 'ca.cnf'), authorityConfig(this.folder));
    writeFileSync(join(this.folder, 'index.txt'), '');
    writeFileSync(join(this.folder, 'number'), '01\n');
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const use = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    const subject = ['-subj', '/O=Acme/CN=Sallyport', '-days', '30'];
    this.#openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      ...subject,
      ...use,
    );
    this.#openssl(
      'req',
      '-new',
      ...key,
      '-keyout',
      'client.key',
      '-out',
      'client.csr',
      '-subj',
      `/CN=${identity}`,
    );
    this.#sign('client', `subjectAltName=email:${identity}\nextendedKeyUsage=clientAuth`);
  }

  #sign(name: string, extensions: string): string {
    writeFileSync(join(this.folder, 'extensions'), `${extensions}\nauthorityKeyIdentifier=keyid\n`);
    const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '20'];
    const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', 'extensions'];
    this.#openssl('x509', '-req', ...ca, ...files);
    return this.base64Of(`${name}.pem`);
  }

  #makeClient(identity: string): void {
    const at = (path: string) => join(this.folder, 'client', path);
    const copy = (from: string, to: string) =>
      writeFileSync(at(to), readFileSync(join(this.folder, from)));
    copy('client.pem', 'x509/client.pem');
    copy('client.key', 'private/client.pem');
    copy('ca.pem', 'x509ca/ca.pem');
    const connection = (name: string, local: string) =>
      `${name} { version = 2\nremote_addrs = 192.0.2.1\nvips = 0.0.0.0, ::\n` +
      'proposals = aes256gcm16-prfsha384-ecp256, aes256-sha256-modp2048\n' +
      `local { ${local}\ncerts = client.pem }\nremote { auth = pubkey\nid = vpn.example.test }\n` +
      `children { ${name} { remote_ts = 0.0.0.0/0, ::/0\n` +
      'esp_proposals = aes256gcm16-ecp256 } } }\n';
    const bare = connection('pubkey', `auth = pubkey\nid = ${identity}`);
    const eap = connection('eap', `auth = eap-tls\neap_id = ${identity}`);
    writeFileSync(at('conf.d/client.conf'), `connections { ${bare}${eap} }\n`);
  }

  async #until(done: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      if (await done()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('it did not start');
  }
}

// A fake Linux machine in memory: the programs that the agent runs, with the quirks that matter,
// and a disk. It prints itself as text.

import crypto from 'node:crypto';
import { formatPrefix, networkOf, parseInterfaceAddress } from '../../src/model/cidr.ts';
import { FakeCharon } from './fake-charon.ts';
import { openssl } from './fake-openssl.ts';

interface FakePeer {
  allowed: string[];
  handshake: number;
  received: number;
  sent: number;
}

interface FakeLink {
  type: 'wireguard' | 'tun' | 'dummy';
  up: boolean;
  mtu: number;
  addresses: string[];
  privateKey: string;
  listenPort: number;
  peers: Map<string, FakePeer>;
}

interface Answer {
  code: number;
  stdout: string;
  stderr: string;
  fault?: 'missing' | 'timeout';
}

const none = '(none)';
// DER around an X25519 seed (RFC 8410 §7).
const x25519Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const clearTable = 'table inet sallyport\ndelete table inet sallyport\n';
const clearIkev2 = clearTable.replaceAll('sallyport', 'sallyport_ikev2');

function ok(stdout = ''): Answer {
  return { code: 0, stdout, stderr: '' };
}

function fail(stderr: string): Answer {
  return { code: 1, stdout: '', stderr };
}

/** The public key of a WireGuard private key, both in base64. */
export function publicKeyOf(privateKey: string): string {
  const der = Buffer.concat([x25519Prefix, Buffer.from(privateKey, 'base64')]);
  const key = crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return crypto
    .createPublicKey(key)
    .export({ format: 'der', type: 'spki' })
    .subarray(-32)
    .toString('base64');
}

function subnetOf(address: string): string {
  const parsed = parseInterfaceAddress(address);
  if (!parsed) throw new Error(`the fake ip does not know "${address}"`);
  return parsed.address.family === 4 ? formatPrefix(networkOf(parsed.address, parsed.length)) : '';
}

export class FakeMachine {
  readonly disk = new Map<string, { text: string; mode: number }>();
  readonly links = new Map<string, FakeLink>();
  readonly sysctls = new Map([
    ['net.ipv4.ip_forward', '0'],
    ['net.ipv6.conf.all.forwarding', '0'],
  ]);
  table: string | undefined;
  ikev2Table: string | undefined;
  /** Addresses in the sets of IKEv2's table. */
  readonly admitted = new Set<string>();
  readonly charon = new FakeCharon();
  /** Kernels without WireGuard need wireguard-go. */
  kernelHasWireguard = true;
  readonly missing = new Set<string>();
  /** Makes a program fail: gives its stderr, or undefined to let it run. */
  breakage: (argv: readonly string[]) => string | undefined = () => undefined;
  /** Flows that conntrack was told to forget. */
  readonly forgotten: string[] = [];

  /** Runs a program as the machine is now. */
  exec(argv: readonly string[], stdin: string): Answer {
    const [program = '', ...args] = argv;
    if (this.missing.has(program)) return { ...fail(''), code: -1, fault: 'missing' };
    const broken = this.breakage(argv);
    if (broken !== undefined) return fail(broken);
    if (program === 'ip') return this.#ip(args);
    if (program === 'wg') return this.#wg(args, stdin);
    if (program === 'nft') return this.#nft(args, stdin);
    if (program === 'swanctl') return this.#swanctl(args);
    if (program === 'openssl') {
      const said = openssl(args, stdin, (path) => this.disk.get(path)?.text);
      return said === undefined ? fail('unable to load') : ok(said);
    }
    if (program === 'systemctl') return this.#systemctl(args);
    if (program === 'sysctl') return this.#sysctl(args);
    if (program === 'conntrack') return this.#conntrack(args);
    if (program === 'wireguard-go') return this.#add(args[0] ?? '', 'tun');
    if (program === 'uname') return ok('x86_64\n');
    throw new Error(`the fake machine has no program ${argv.join(' ')}`);
  }

  /** Everything the agent is responsible for, in a stable order. */
  toText(): string {
    const lines: string[] = [];
    for (const [name, link] of this.links) {
      const key = link.privateKey === none ? 'no key' : 'keyed';
      const state = link.up ? 'up' : 'down';
      lines.push(`link ${name} ${state} mtu ${link.mtu} port ${link.listenPort} ${key}`);
      for (const address of [...link.addresses].sort()) lines.push(`  address ${address}`);
      const peers = [...link.peers].map(([id, { allowed }]) => `  peer ${id} ${allowed.sort()}`);
      lines.push(...peers.sort());
    }
    for (const [key, value] of this.sysctls) lines.push(`sysctl ${key} ${value}`);
    lines.push(this.table ?? 'no firewall');
    if (this.ikev2Table !== undefined)
      lines.push(this.ikev2Table, `admitted ${[...this.admitted].sort()}`);
    if (this.charon.connections !== undefined) lines.push(this.charon.connections);
    return `${lines.join('\n')}\n`;
  }

  /** The one WireGuard interface. */
  get tunnel(): FakeLink {
    const link = this.links.get('sallyport0');
    if (!link) throw new Error('the fake machine has no sallyport0');
    return link;
  }

  #ip(args: string[]): Answer {
    const [object, verb, ...rest] = args.filter((arg) => arg !== '-json');
    if (object === 'address' && verb === 'show') return ok(this.#showAddresses());
    if (object === 'address') return this.#changeAddress(verb ?? '', rest);
    const [, name = '', ...more] = rest;
    if (verb === 'add')
      return this.kernelHasWireguard
        ? this.#add(name, 'wireguard')
        : fail('Error: Unknown device type.');
    const link = this.links.get(name);
    if (!link) return fail(`Cannot find device "${name}"`);
    if (verb === 'delete') this.links.delete(name);
    else if (more[0] === 'up') link.up = true;
    else if (more[0] === 'mtu') link.mtu = Number(more[1]);
    else throw new Error(`the fake ip does not know ${args.join(' ')}`);
    return ok();
  }

  #add(name: string, type: FakeLink['type']): Answer {
    if (this.links.has(name)) return fail('RTNETLINK answers: File exists');
    const fresh = { up: false, mtu: 1420, addresses: [], privateKey: none, listenPort: 0 };
    this.links.set(name, { type, ...fresh, peers: new Map() });
    return ok();
  }

  #showAddresses(): string {
    const shown = [...this.links].map(([ifname, link]) => ({
      ifname,
      mtu: link.mtu,
      flags: ['POINTOPOINT', ...(link.up ? ['UP'] : [])],
      addr_info: link.addresses.map((address) => {
        const [local, length] = address.split('/');
        return { local, prefixlen: Number(length), scope: 'global' };
      }),
    }));
    const fe80 = { local: 'fe80::1', prefixlen: 64, scope: 'link' };
    for (const { addr_info } of shown) addr_info.push(fe80);
    return JSON.stringify([
      { ifname: 'lo', mtu: 65536, flags: ['UP'], addr_info: [] },
      {},
      ...shown,
    ]);
  }

  #changeAddress(verb: string, [address = '', , name = '']: string[]): Answer {
    const link = this.links.get(name);
    if (!link) return fail(`Cannot find device "${name}"`);
    const has = link.addresses.includes(address);
    if (verb === 'del') {
      if (!has) return fail('RTNETLINK answers: Cannot assign requested address');
      // Linux without promote_secondaries: a primary IPv4 address takes its subnet's others along.
      const subnet = subnetOf(address);
      const primary = link.addresses.find((one) => subnetOf(one) === subnet) === address;
      link.addresses = link.addresses.filter(
        (one) => one !== address && !(subnet !== '' && primary && subnetOf(one) === subnet),
      );
      return ok();
    }
    if (has) return verb === 'replace' ? ok() : fail('RTNETLINK answers: File exists');
    link.addresses.push(address);
    return ok();
  }

  #wg(args: string[], stdin: string): Answer {
    const [verb, name = '', ...rest] = args;
    if (verb === '--version') return ok('wireguard-tools v1.0.20210914 - https://example.test/\n');
    if (verb === 'genkey') return ok(`${crypto.randomBytes(32).toString('base64')}\n`);
    if (verb === 'pubkey') return ok(`${publicKeyOf(stdin.trim())}\n`);
    const link = this.links.get(name);
    if (!link) return fail('Unable to access interface: No such device');
    if (link.type === 'dummy') return fail('Unable to access interface: Operation not supported');
    if (verb === 'show') return ok(this.#dump(link));
    if (verb === 'set') return this.#set(link, rest);
    if (verb === 'syncconf') return this.#syncconf(link, rest[0] ?? '');
    throw new Error(`the fake wg does not know ${args.join(' ')}`);
  }

  #dump({ privateKey, listenPort, peers }: FakeLink): string {
    const publicKey = privateKey === none ? none : publicKeyOf(privateKey);
    const lines = [[privateKey, publicKey, listenPort, 'off']];
    for (const [key, { allowed, handshake, received, sent }] of peers)
      lines.push([key, none, none, allowed.join(',') || none, handshake, received, sent, 'off']);
    return `${lines.map((line) => line.join('\t')).join('\n')}\n`;
  }

  #set(link: FakeLink, args: string[]): Answer {
    const words = [...args];
    let peer = '';
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      if (word === 'listen-port') link.listenPort = Number(words.shift());
      else if (word === 'private-key') {
        const file = this.disk.get(words.shift() ?? '');
        if (!file) return fail('fopen: No such file or directory');
        link.privateKey = file.text.trim();
      } else if (word === 'peer') peer = words.shift() ?? '';
      else if (word === 'remove') link.peers.delete(peer);
      else if (word === 'allowed-ips') this.#allow(link, peer, (words.shift() ?? '').split(','));
      else return fail(`Invalid argument: ${word}`);
    }
    return ok();
  }

  #allow(link: FakeLink, key: string, allowed: string[]): void {
    const peer = link.peers.get(key) ?? { allowed: [], handshake: 0, received: 0, sent: 0 };
    link.peers.set(key, peer);
    for (const other of link.peers.values())
      other.allowed = other.allowed.filter((address) => !allowed.includes(address));
    peer.allowed = allowed;
  }

  #syncconf(link: FakeLink, path: string): Answer {
    const text = this.disk.get(path)?.text;
    if (text === undefined) return fail('fopen: No such file or directory');
    const value = (key: string) => new RegExp(`^${key} = (.*)$`, 'm').exec(text)?.[1];
    // What the file leaves out is cleared, as the real wg does.
    link.privateKey = value('PrivateKey') ?? none;
    link.listenPort = Number(value('ListenPort') ?? 40000);
    const peers = text.matchAll(/^PublicKey = (.*)\nAllowedIPs = (.*)$/gm);
    const wanted = new Map([...peers].map(([, key = '', allowed = '']) => [key, allowed]));
    for (const key of link.peers.keys()) if (!wanted.has(key)) link.peers.delete(key);
    for (const [key, allowed] of wanted) {
      const peer = link.peers.get(key) ?? { handshake: 0, received: 0, sent: 0 };
      link.peers.set(key, { ...peer, allowed: allowed.split(', ') });
    }
    return ok();
  }

  #swanctl([what = '']: string[]): Answer {
    if (what === '--help') return ok('strongSwan 5.9.8 swanctl\n');
    // It connects before it reads what it shall do.
    if (this.charon.hung) return { ...fail(''), code: -1, fault: 'timeout' };
    const wrong = this.charon.load(what, this.disk);
    return wrong === undefined ? ok() : { ...fail(wrong), code: 22 };
  }

  /** Asked to end, one that hangs does not before systemd's patience is over. */
  #systemctl([verb = '']: string[]): Answer {
    if (verb === 'kill') this.charon.die();
    else if (this.charon.hung) return { ...fail(''), code: -1, fault: 'timeout' };
    else if (!this.charon.restart(this.disk)) return fail('Job for strongswan.service failed');
    return ok();
  }

  #nft(args: string[], stdin: string): Answer {
    if (args[0] === '--version') return ok('nftables v1.1.3 (Commodore Bullmoose #4)\n');
    if (args.at(-1) === 'sallyport_ikev2')
      return this.ikev2Table === undefined
        ? fail('No such file or directory')
        : ok(this.ikev2Table.replaceAll('\t}\n', '\t}\n\n'));
    const script = args.at(-1) === '-' ? stdin : this.disk.get(args.at(-1) ?? '')?.text;
    if (
      script !== undefined &&
      /^table inet sallyport_ikev2|^\w+ \w+ inet sallyport_ikev2/.test(script)
    )
      return this.#admit(script);
    if (args.includes('list'))
      return this.table === undefined ? fail('No such file or directory') : ok(this.table);
    const text = this.disk.get(args.at(-1) ?? '')?.text;
    if (text === undefined) return fail('Could not open file: No such file or directory');
    if (!text.startsWith(clearTable)) return fail('Error: syntax error');
    if (args[0] === '-c') return ok();
    const body = text.slice(clearTable.length);
    // The real listing is spelled differently from the file, too.
    this.table = body === '' ? undefined : body.replaceAll('\t}\n\tchain', '\t}\n\n\tchain');
    return ok();
  }

  /** A transaction on IKEv2's table. */
  #admit(script: string): Answer {
    const isWhole = script.startsWith(clearIkev2);
    const text = isWhole ? script.slice(clearIkev2.length) : script;
    const body = isWhole ? /^table [\s\S]*?\n}\n/.exec(text)?.[0] : this.ikev2Table;
    const sets = new Set(isWhole ? [] : this.admitted);
    const statements = text.matchAll(
      /^(\w+) (?:set|element) inet \w+ admitted([46])(?: { (.*) })?$/gm,
    );
    for (const [, verb, family, elements = ''] of statements) {
      if (body === undefined) return fail('No such file or directory');
      const old = [...sets].filter((address) => address.includes(':') === (family === '6'));
      if (verb === 'flush') for (const address of old) sets.delete(address);
      for (const address of elements.split(', ').filter((each) => each !== ''))
        if (verb === 'add') sets.add(address);
        else if (!sets.delete(address)) return fail('Error: No such file or directory');
    }
    this.ikev2Table = body;
    this.admitted.clear();
    for (const address of sets) this.admitted.add(address);
    return ok();
  }

  #sysctl(args: string[]): Answer {
    if (args[0] === '-e')
      return ok(
        args
          .slice(1)
          .map((key) => `${key} = ${this.sysctls.get(key)}\n`)
          .join(''),
      );
    const text = this.disk.get(args[1] ?? '')?.text;
    if (args[0] !== '-p' || text === undefined) return fail('sysctl: cannot open file');
    for (const [, key = '', value = ''] of text.matchAll(/^(\S+) = (.*)$/gm))
      this.sysctls.set(key, value);
    return ok();
  }

  #conntrack(args: string[]): Answer {
    this.forgotten.push(args.at(-1) ?? '');
    return fail('0 flow entries have been deleted.');
  }
}

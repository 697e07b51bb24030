// Which Debian packages the lab needs on this machine, and their installation.

import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from './enter.ts';
import { kernelHasWireguard } from './kernel.ts';

const aptTimeoutMs = 10 * 60_000;
const lookTimeoutMs = 10_000;
const unitFolder = '/etc/systemd/system';

export interface LabPackage {
  name: string;
  /** Programs of it that the lab calls; files of it as absolute patterns. */
  programs: readonly string[];
  why: string;
  /** Units of systemd that shall not run on this machine because a lab needs their programs. */
  units?: readonly string[];
}

const always: readonly LabPackage[] = [
  { name: 'iproute2', programs: ['ip'], why: 'network namespaces and links' },
  { name: 'nftables', programs: ['nft'], why: "the NATs and the gateway's firewall" },
  { name: 'wireguard-tools', programs: ['wg', 'wg-quick'], why: 'clients and the gateway' },
  { name: 'iputils-ping', programs: ['ping'], why: 'packets through the tunnel' },
  { name: 'procps', programs: ['sysctl'], why: 'forwarding switches, used by wg-quick too' },
];
const userspace: LabPackage = {
  name: 'wireguard-go',
  programs: ['wireguard-go'],
  why: 'this kernel has no WireGuard of its own',
};
/** What tests in a browser need. */
export const browserPackages: readonly LabPackage[] = [
  { name: 'chromium', programs: ['chromium'], why: 'a real browser before the portal' },
];

/** What IKEv2 needs, on gateways and on clients. */
export const ikev2Packages: readonly LabPackage[] = [
  {
    name: 'charon-systemd',
    programs: ['charon-systemd'],
    why: "strongSwan, the gateway's and the clients'",
    units: ['strongswan'],
  },
  { name: 'strongswan-swanctl', programs: ['swanctl'], why: 'its command' },
  {
    name: 'libstrongswan-standard-plugins',
    programs: ['/usr/lib/ipsec/plugins/libstrongswan-openssl.so'],
    why: 'its cryptography',
  },
  {
    name: 'libcharon-extra-plugins',
    programs: ['/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so'],
    why: 'ESP where the kernel has none of its own',
  },
  {
    name: 'libcharon-extauth-plugins',
    programs: ['/usr/lib/ipsec/plugins/libstrongswan-eap-mschapv2.so'],
    why: 'devices with passwords',
  },
  { name: 'openssl', programs: ['openssl'], why: 'certificates' },
];

/** What tests need besides, and demo and benches do not. */
export const testPackages: readonly LabPackage[] = [
  {
    name: 'rsyslog-openssl',
    programs: ['rsyslogd', '/usr/lib/*/rsyslog/lmnsd_ossl.so'],
    why: 'a real syslog server with TLS',
  },
  {
    name: 'strongswan-starter',
    programs: ['ipsec'],
    why: "a client that reads the ipsec.conf of strongSwan's old days",
    units: ['strongswan-starter', 'ipsec'],
  },
  { name: 'strongswan-charon', programs: ['/usr/lib/ipsec/charon'], why: 'the daemon of it' },
  { name: 'python3', programs: ['python3'], why: "to read Apple's profiles without our library" },
  {
    name: 'python3-gi',
    programs: ['/usr/lib/python3/dist-packages/gi/__init__.py'],
    why: "to ask NetworkManager's own library about keyfiles",
  },
  {
    name: 'gir1.2-nm-1.0',
    programs: ['/usr/lib/*/girepository-1.0/NM-1.0.typelib'],
    why: 'that library, without NetworkManager',
  },
  { name: 'zbar-tools', programs: ['zbarimg'], why: "a phone's camera before a QR code" },
  { name: 'tcpdump', programs: ['tcpdump'], why: 'to see what is on a wire' },
];

/** The packages a lab needs on a machine, whether they are there or not. */
export function neededPackages(machine: { kernelWireguard: boolean }): LabPackage[] {
  return machine.kernelWireguard ? [...always] : [...always, userspace];
}

/** Those of which a program is missing. */
export function missingPackages(
  needed: readonly LabPackage[],
  hasProgram: (name: string) => boolean,
): LabPackage[] {
  return needed.filter(({ programs }) => !programs.every(hasProgram));
}

function call(program: string, args: readonly string[], timeoutMs: number, show = false) {
  return spawnSync(program, args, {
    env: { ...process.env, PATH: toolPath, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', show ? 'inherit' : 'ignore', show ? 'inherit' : 'ignore'],
    timeout: timeoutMs,
  });
}

function hasProgram(name: string): boolean {
  if (name.startsWith('/')) return globSync(name).length > 0;
  return call('sh', ['-c', 'command -v -- "$0"', name], lookTimeoutMs).status === 0;
}

/**
 * What the lab needs on this machine. Without `ip` there is no asking the kernel yet: no package is
 * named for a reason that nobody has checked.
 */
export function labPackages(): LabPackage[] {
  return neededPackages({ kernelWireguard: !hasProgram('ip') || kernelHasWireguard() });
}

/** What is missing on this machine of what is needed; of the lab's packages, if nobody says. */
export function missingHere(needed: () => readonly LabPackage[] = labPackages): LabPackage[] {
  return missingPackages(needed(), hasProgram);
}

/**
 * A unit would start with its package's installation and again at every boot, beside the machine's
 * own VPN. Masked it does neither; one that somebody has a say in already is left alone.
 */
function maskUnits(packages: readonly LabPackage[]): void {
  for (const unit of packages.flatMap(({ units }) => units ?? [])) {
    const files = [unitFolder, '/lib/systemd/system'].map((at) => join(at, `${unit}.service`));
    if (files.some((path) => globSync(path).length > 0)) continue;
    mkdirSync(unitFolder, { recursive: true });
    symlinkSync('/dev/null', join(unitFolder, `${unit}.service`));
  }
}

function aptInstall(packages: readonly LabPackage[]): boolean {
  maskUnits(packages);
  const names = packages.map(({ name }) => name);
  const lockWait = ['-o', 'DPkg::Lock::Timeout=120'];
  const install = ['-q', ...lockWait, 'install', '-y', '--no-install-recommends', ...names];
  // A fresh machine has no package lists, an old one stale ones: both show as a failed attempt.
  if (call('apt-get', install, aptTimeoutMs).status === 0) return true;
  call('apt-get', ['-q', 'update'], aptTimeoutMs, true);
  return call('apt-get', install, aptTimeoutMs, true).status === 0;
}

/**
 * Installs what is missing from Debian's packages and says so through `print`. Throws with a way
 * out when it cannot.
 */
export function ensurePackages(
  print: (line: string) => void,
  needed: () => readonly LabPackage[] = labPackages,
): void {
  let missing = missingHere(needed);
  // The second round is for what only `ip`, once it is there, can tell.
  for (let round = 0; round < 2 && missing.length > 0; round += 1) {
    const names = missing.map(({ name }) => name).join(' ');
    const wish = `Install by hand and try again: ${names}`;
    if (!hasProgram('apt-get')) throw new Error(`This machine has no apt-get. ${wish}`);
    print("Installing from Debian's packages:");
    for (const { name, why } of missing) print(`  ${name}: ${why}`);
    if (!aptInstall(missing)) throw new Error(`apt-get failed (see above). ${wish}`);
    missing = missingHere(needed);
  }
  if (missing.length > 0) {
    const programs = missing.flatMap((entry) => entry.programs).join(', ');
    throw new Error(`Installed, but some of these programs are still missing: ${programs}`);
  }
}

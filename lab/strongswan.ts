// strongSwan on a node of the lab as Debian's packages leave it on a machine, and a stand-in for
// the systemd that would run it there.

import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelHasEsp } from './kernel.ts';
import type { LabNode } from './node.ts';

const packageFiles = ['strongswan.conf', 'strongswan.d', 'swanctl'];
/** What libstrongswan-extra-plugins brings: no gateway needs it, but the machine may have it. */
const extraPlugins =
  'af-alg ccm chapoly cmac ctr curl curve25519 gcrypt ldap pkcs11 rdrand test-vectors tpm'.split(
    ' ',
  );
const treePrograms = ['charon-systemd', 'swanctl'];
const initiateTimeoutS = 20;
const startTimeoutMs = 30_000;
const graceMs = 5000;

// Where the kernel has no ESP, packets go through a program's interface, `ipsec0`; and a lab has no
// journal. What strongSwan would do to the name servers of the machine goes to /run.
const labSettings = () => `
charon-systemd {
  filelog {
    lab {
      path = /run/strongswan.log
      default = 1
      flush_line = yes
    }
  }
}
charon {
  plugins {
    kernel-libipsec { load = ${kernelHasEsp() ? 'no' : 'yes'} }
    resolve { file = /run/resolv.conf }
    bypass-lan { load = no }
    farp { load = no }
    forecast { load = no }
    dhcp { load = no }
  }
}
`;

/**
 * Does what systemd would by Debian's unit of strongSwan, no more: the name of the command is the
 * same, so that programs that call it need not know. charon's log is /run/strongswan.log.
 */
const systemctl = `#!/bin/sh
# Stand-in for systemctl: knows the unit strongswan alone.
pid=/run/strongswan.pid
running() { [ -e $pid ] && kill -0 "$(cat $pid)" 2>/dev/null; }
start() {
  running && return 0
  rm -f /run/charon.vici
  setsid charon-systemd </dev/null >/dev/null 2>&1 &
  echo $! >$pid
  until [ -S /run/charon.vici ]; do running || return 1; sleep 0.02; done
  timeout 60 swanctl --load-all --noprompt >/run/swanctl.log 2>&1 || {
    grep -iE "fail|invalid|error|unable" /run/swanctl.log >&2; stop; return 1
  }
}
stop() {
  running || return 0
  # Systemd waits for longer, and then kills it, too.
  kill "$(cat $pid)"; left=4500
  while running && [ $((left -= 1)) -gt 0 ]; do sleep 0.02; done
  running && kill -KILL "$(cat $pid)"
  while running; do sleep 0.02; done
  rm -f $pid
}
reload() { swanctl --reload && swanctl --load-all --noprompt; }
verb=; unit=
for word; do
  case $word in
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else unit=\${word%.service}; fi ;;
  esac
done
[ "$unit" = strongswan ] || { echo "the lab's systemctl knows no unit '$unit'" >&2; exit 5; }
case $verb in
  start) start ;;
  stop) stop ;;
  restart) stop && start ;;
  kill) running && kill -KILL "$(cat $pid)" ;;
  reload) reload ;;
  reload-or-restart) if running; then reload; else start; fi ;;
  try-restart) if running; then stop && start; fi ;;
  is-active) if running; then echo active; else echo inactive; exit 3; fi ;;
  enable | disable) ;;
  *) echo "the lab's systemctl does not know '$verb'" >&2; exit 1 ;;
esac
`;

/** A program of another Debian's, over the node's own /run and /etc. */
const fromTree = (tree: string, program: string) => `#!/bin/sh
exec unshare --mount sh -c '
for at in dev proc run tmp ${packageFiles.map((name) => `etc/${name}`).join(' ')}; do
  mount --rbind "/$at" "$0/$at" || exit
done
exec chroot "$0" "$@"' '${tree}' /usr/sbin/${program} "$@"
`;

/**
 * Gives a node strongSwan as it is after its installation, not started; whatever was is gone.
 * `tree` is the root of another Debian, whose strongSwan it shall be.
 */
export function installStrongswan(node: LabNode, settings = '', tree?: string): void {
  const etc = join(node.files, 'etc');
  for (const name of packageFiles) {
    rmSync(join(etc, name), { recursive: true, force: true });
    cpSync(join(tree ?? '/', 'etc', name), join(etc, name), { recursive: true });
  }
  for (const plugin of extraPlugins)
    rmSync(join(etc, `strongswan.d/charon/${plugin}.conf`), { force: true });
  for (const program of tree === undefined ? [] : treePrograms) {
    const path = join(node.files, 'bin', program);
    writeFileSync(path, fromTree(tree ?? '/', program), { mode: 0o755 });
  }
  writeFileSync(join(etc, 'strongswan.d/lab.conf'), labSettings() + settings);
  writeFileSync(join(node.files, 'bin/systemctl'), systemctl, { mode: 0o755 });
}

/** Where the node's /etc/swanctl is, seen from outside. */
export function swanctlFolder(node: LabNode): string {
  return join(node.files, 'etc/swanctl');
}

/** Starts charon and loads what is in /etc/swanctl, as at boot. Throws when either fails. */
export async function startStrongswan(node: LabNode, timeoutMs = startTimeoutMs): Promise<void> {
  await node.exec(['systemctl', 'start', 'strongswan'], { timeoutMs });
}

/** Stops it; where it is not installed, nothing is to be done. */
export async function stopStrongswan(node: LabNode): Promise<void> {
  if (!existsSync(join(node.files, 'bin/systemctl'))) return;
  await node.exec(['systemctl', 'stop', 'strongswan']);
}

/** The number of charon's process. Throws when it does not run. */
export async function charonPid(node: LabNode): Promise<number> {
  return Number((await node.exec(['cat', '/run/strongswan.pid'])).stdout);
}

/** Connects, as a user does, and gives what charon says about it. Throws when it cannot. */
export async function initiate(
  node: LabNode,
  child: string,
  timeoutS = initiateTimeoutS,
): Promise<string> {
  const argv = ['swanctl', '--initiate', '--child', child, '--timeout', `${timeoutS}`];
  const { stdout } = await node.exec(argv, { timeoutMs: timeoutS * 1000 + graceMs });
  return stdout;
}

/** A session as one end of it sees it. */
export interface Session {
  /** The initiator's and the responder's number of it, which stay the same while it lives. */
  spis: string;
  state: string;
  local: string;
  remote: string;
  remoteIdentity: string;
  natHere: boolean;
  natThere: boolean;
  /** The addresses that the gateway gave to the client. */
  virtual: string[];
}

/** The sessions of a node. */
export async function sessions(node: LabNode): Promise<Session[]> {
  const { stdout } = await node.exec(['swanctl', '--list-sas', '--raw', '--noblock']);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('list-sa event'))
    .map(readSession);
}

function readSession(line: string): Session {
  // A whole name of a certificate has blanks and equals signs, but no keys of small letters.
  const value = (key: string) =>
    new RegExp(`[ {]${key}=(.*?)(?= [a-z][a-z0-9-]*[= ]|})`).exec(line)?.[1] ?? '';
  const list = (key: string) => new RegExp(`[ {]${key}=\\[([^\\]]*)\\]`).exec(line)?.[1] ?? '';
  const virtual = `${list('local-vips')} ${list('remote-vips')}`.split(' ').filter(Boolean);
  return {
    spis: `${value('initiator-spi')} ${value('responder-spi')}`,
    state: value('state'),
    local: value('local-host'),
    remote: value('remote-host'),
    remoteIdentity: value('remote-id'),
    natHere: value('nat-local') === 'yes',
    natThere: value('nat-remote') === 'yes',
    virtual,
  };
}

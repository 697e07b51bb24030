// The door of the lab: a tree of private network, mount and process namespaces, which the kernel
// takes apart when its first process ends, however that happens.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A private tmpfs covers /run inside, so this exists there and nowhere else. */
export const labDirectory = '/run/sallyport-lab';

const trialTimeoutMs = 10_000;
const endGraceMs = 15_000;
const otherwise = 'Use a Debian 12 (or newer) virtual machine with root.';

/** PATH with the folders where Debian keeps administrators' tools. */
export const toolPath = `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`;

/** How many times as long as on a machine things may take: more where the machine is a program. */
export const slowness = Number(process.env.LAB_SLOWNESS ?? 1);

/** Whether this process runs inside a lab. */
export function insideLab(): boolean {
  return existsSync(labDirectory);
}

// The parent's death kills unshare, and unshare's death kills the first process of the tree.
const namespaceArguments = [
  '--pdeathsig=KILL',
  ...['unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--'],
];

/** What decides whether a lab can be made. */
export interface Machine {
  platform: string;
  root: boolean;
  hasTun: boolean;
  /** Makes the namespaces for a moment; gives what went wrong, if anything did. */
  tryNamespaces(): string | undefined;
}

const thisMachine: Machine = {
  platform: process.platform,
  root: process.getuid?.() === 0,
  hasTun: existsSync('/dev/net/tun'),
  tryNamespaces() {
    const trial = spawnSync('setpriv', [...namespaceArguments, 'true'], {
      env: { ...process.env, PATH: toolPath },
      encoding: 'utf8',
      timeout: trialTimeoutMs,
    });
    return trial.status === 0 ? undefined : (trial.error?.message ?? trial.stderr.trim());
  },
};

/** Why no lab can be made for `command` and what to do instead, as text; undefined if one can. */
export function labObstacle(command: string, machine: Machine = thisMachine): string | undefined {
  if (machine.platform !== 'linux') {
    return `The lab needs Linux's network namespaces; this is ${machine.platform}. ${otherwise}`;
  }
  if (!machine.root) {
    return `The lab needs root to make network namespaces. Run: sudo ${command}`;
  }
  if (!machine.hasTun) {
    return `WireGuard clients need /dev/net/tun, which is missing. Try: modprobe tun. ${otherwise}`;
  }
  const why = machine.tryNamespaces();
  if (why === undefined) return undefined;
  return `This root may not make namespaces (${why}), as in most containers. ${otherwise}`;
}

// The first process of a PID namespace ignores signals that it does not handle and inherits every
// orphan, so it is a shell that waits; signals reach the script as the process group's.
const firstProcess = `
set -eu
mount -t tmpfs -o mode=755 sallyport-lab /run
mkdir /run/netns /run/wireguard ${labDirectory}
ip link set lo up
trap : INT TERM HUP
"$@" <&0 &
child=$!
code=0
while kill -0 $child 2>/dev/null; do
  code=0
  wait $child || code=$?
done
exit $code
`;

/**
 * Runs a Node script with arguments inside a new lab and gives its exit code. Signals are passed on
 * once; a second one, 15 seconds after the first, or the end of `timeoutMs` ends the lab at once,
 * with code 137.
 */
export async function enterLab(
  script: readonly string[],
  { env = process.env, timeoutMs }: { env?: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<number> {
  const command = [process.execPath, ...script];
  const lab = spawn(
    'setpriv',
    [...namespaceArguments, 'sh', '-c', firstProcess, 'sallyport-lab', ...command],
    // Its own session: a Ctrl-C at the terminal reaches this process alone, which passes it on.
    { detached: true, stdio: 'inherit', env: { ...env, PATH: toolPath } },
  );
  const limit = setTimeout(() => lab.kill('SIGKILL'), timeoutMs);
  let asked = false;
  const passOn = (signal: NodeJS.Signals) => {
    if (asked || lab.pid === undefined) return lab.kill('SIGKILL');
    asked = true;
    setTimeout(() => lab.kill('SIGKILL'), endGraceMs).unref();
    return process.kill(-lab.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, passOn);
  try {
    return await new Promise<number>((resolve, reject) => {
      lab.on('error', reject);
      lab.on('exit', (code) => resolve(code ?? 137));
    });
  } finally {
    clearTimeout(limit);
    for (const signal of signals) process.off(signal, passOn);
  }
}

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

/** Whether this process runs inside a lab. */
export function insideLab(): boolean {
  return existsSync(labDirectory);
}

/** Why a lab cannot be made here and what to do instead, in one sentence or two; else undefined. */
export function labObstacle(command: string): string | undefined {
  if (process.platform !== 'linux') {
    return `The lab needs Linux and its network namespaces; this is ${process.platform}. ${otherwise}`;
  }
  if (process.getuid?.() !== 0) {
    return `The lab needs root to make network namespaces. Run: sudo ${command}`;
  }
  if (!existsSync('/dev/net/tun')) {
    return `There is no /dev/net/tun, which WireGuard clients need. Try: modprobe tun. ${otherwise}`;
  }
  const trial = spawnSync('setpriv', [...namespaceArguments, 'true'], {
    env: { ...process.env, PATH: toolPath },
    encoding: 'utf8',
    timeout: trialTimeoutMs,
  });
  if (trial.status === 0) return undefined;
  const why = trial.error?.message ?? trial.stderr.trim();
  return `This root may not make namespaces (${why}), as in most containers. ${otherwise}`;
}

// The parent's death kills unshare, and unshare's death kills the first process of the tree.
const namespaceArguments = [
  '--pdeathsig=KILL',
  ...['unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--'],
];

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
 * once; the second one, or 15 seconds, end the lab at once.
 */
export async function enterLab(
  script: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const command = [process.execPath, ...script];
  const lab = spawn(
    'setpriv',
    [...namespaceArguments, 'sh', '-c', firstProcess, 'sallyport-lab', ...command],
    // Its own session: a Ctrl-C at the terminal reaches this process alone, which passes it on.
    { detached: true, stdio: 'inherit', env: { ...env, PATH: toolPath } },
  );
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
    for (const signal of signals) process.off(signal, passOn);
  }
}

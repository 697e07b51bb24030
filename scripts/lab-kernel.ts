// `npm run lab:kernel`: tests of the lab on a kernel with ESP and WireGuard of its own, whatever
// this machine's has: a Linux that runs as a program (User-Mode Linux), built when it is missing.
// Arguments are test files of the lab.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { enterLab, labObstacle } from '../lab/enter.ts';
import { kernelHasEsp, kernelHasWireguard } from '../lab/kernel.ts';
import { ensurePackages, ikev2Packages, labPackages, testPackages } from '../lab/packages.ts';

const repository = join(import.meta.dirname, '..');
const guest = join(repository, 'lab/guest');
const cache = '/var/cache/sallyport-lab';
const guestTimeoutMs = 60 * 60_000;
const memory = '3G';
/** What depends on the kernel. */
const usualFiles = [
  'lab/ikev2',
  'lab/profiles',
  'lab/strongswan',
  'lab/story',
  'lab/agent',
  'lab/wireguard',
];

function kernelPath(): string {
  const hash = createHash('sha256').update(readFileSync(join(guest, 'kernel.config')));
  return join(cache, `linux-${hash.digest('hex').slice(0, 12)}`);
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code) => resolve(code ?? 128));
  });
}

async function ensureKernel(path: string): Promise<void> {
  if (existsSync(path)) return;
  console.log(`Building ${path}, which takes a quarter of an hour of processor.`);
  const build = spawn(join(guest, 'build-kernel.sh'), [path], { stdio: 'inherit' });
  if ((await ended(build)) !== 0) throw new Error('the kernel was not built (see above)');
}

/** Boots the kernel, runs this script inside and gives its exit code. */
async function boot(kernel: string, files: readonly string[]): Promise<number> {
  const tree = process.env.LAB_GATEWAY_TREE;
  const inside = [repository, process.execPath, 'scripts/lab-kernel.ts', '--inside', ...files];
  const argv = [
    ...['--pdeathsig=KILL', kernel, `mem=${memory}`, 'quiet', 'seccomp=auto'],
    ...['root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro', 'con0=null,fd:1', 'con=null'],
    ...(tree === undefined ? [] : [`LAB_GATEWAY_TREE=${tree}`]),
    ...[`init=${join(guest, 'init.sh')}`, '--', ...inside],
  ];
  // Its memory is a file there, and it has processes of its own, which are to end with it.
  const env = { ...process.env, TMPDIR: '/dev/shm' };
  const child = spawn('setpriv', argv, {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => {
    if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGKILL');
  };
  const timer = setTimeout(kill, guestTimeoutMs);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, kill);
  let code = 1;
  for await (const line of createInterface({ input: child.stdout })) {
    const exit = /^guest-exit (\d+)/.exec(line)?.[1];
    if (exit === undefined) console.log(line);
    else code = Number(exit);
    if (exit !== undefined) kill();
  }
  clearTimeout(timer);
  return code;
}

/** What the guest does. */
async function inside(files: readonly string[]): Promise<number> {
  if (!kernelHasEsp() || !kernelHasWireguard())
    throw new Error('this kernel is not as it shall be');
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, LAB_SLOWNESS: '4' };
  const argv = [vitest, 'run', '--project', 'lab', ...files];
  return enterLab(argv, { env, timeoutMs: guestTimeoutMs });
}

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--inside') return inside(rest);
  const obstacle = labObstacle('npm run lab:kernel');
  if (obstacle !== undefined) throw new Error(obstacle);
  ensurePackages(console.log, () => [...labPackages(), ...ikev2Packages, ...testPackages]);
  const kernel = kernelPath();
  await ensureKernel(kernel);
  return boot(kernel, args.length > 0 ? args : usualFiles);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  return 1;
});

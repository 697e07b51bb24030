// `npm run dev:edge`: the edge runtime on this machine, workerd beside a libSQL server, with
// databases and secrets of its own in data/edge. Ctrl-C ends all of it. SALLYPORT_LISTEN,
// SALLYPORT_PUBLIC_URL and SALLYPORT_DATA mean what they mean on Node.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { probePort } from './free-port.ts';
import { type Sqld, startSqldOn } from './sqld.ts';
import { wranglerEnvironment } from './wrangler-environment.ts';

const repository = join(import.meta.dirname, '..');
const folder = resolve(repository, process.env.SALLYPORT_DATA || 'data', 'edge');
const secretsFile = join(folder, 'secrets.env');
const settingsFile = join(folder, 'settings.env');
const readyWithinMilliseconds = 120_000;
const pauseMilliseconds = 100;
const cronMilliseconds = 60_000;

function writeVariables(path: string, variables: Record<string, string>): void {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path, lines.join(''), { mode: 0o600 });
}

/** Where to listen: the one setting that Node's runtime has too. */
function listenAddress(): { host: string; port: number } {
  const text = process.env.SALLYPORT_LISTEN || '127.0.0.1:8787';
  const at = text.lastIndexOf(':');
  if (at < 1) throw new Error('SALLYPORT_LISTEN must be address:port, such as 127.0.0.1:8787');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}

/** By name, because a passkey is made for a name and never for an address. */
function named(url: string): string {
  return url.replace('//127.0.0.1:', '//localhost:');
}

function writeSettings(sqld: Sqld, url: string): void {
  if (!existsSync(secretsFile))
    writeVariables(secretsFile, {
      SALLYPORT_ROOT_KEY: randomBytes(32).toString('base64url'),
      SALLYPORT_OPERATOR_KEY: randomBytes(32).toString('base64url'),
    });
  const publicUrl = process.env.SALLYPORT_PUBLIC_URL || named(url);
  writeVariables(settingsFile, { ...sqld.environment, SALLYPORT_PUBLIC_URL: publicUrl });
}

function startWorker(host: string, port: number): ChildProcess {
  const argv = [
    ...[join(repository, 'node_modules/wrangler/bin/wrangler.js'), 'dev'],
    ...['--ip', host, '--port', String(port), '--inspector-port', '0'],
    ...['--env-file', secretsFile, '--env-file', settingsFile],
    ...['--persist-to', join(folder, 'workerd')],
    ...['--show-interactive-dev-session=false', '--log-level=log'],
  ];
  const env = { ...process.env, ...wranglerEnvironment };
  return spawn(process.execPath, argv, { cwd: repository, env, stdio: 'inherit' });
}

async function untilReady(url: string, worker: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyWithinMilliseconds;
  for (;;) {
    const ready = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    if (worker.exitCode !== null) throw new Error(`wrangler ended with ${worker.exitCode}`);
    if (Date.now() > deadline) throw new Error(`no answer at ${url} in time`);
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
}

/** Plays the clock of wrangler.toml, which here does not run by itself. */
function startCron(url: string): void {
  const event = `${url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`;
  setInterval(() => {
    fetch(event).catch((error: unknown) => console.error(`cron: ${error}`));
  }, cronMilliseconds);
}

async function stop(worker: ChildProcess, sqld: Sqld): Promise<void> {
  const ended = new Promise((resolve) => worker.once('close', resolve));
  if (worker.exitCode === null && worker.signalCode === null && worker.kill('SIGTERM')) await ended;
  await sqld.stop();
}

async function start(): Promise<void> {
  const { host, port } = listenAddress();
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  // Else another server's answer there would look like ours.
  await probePort(host, port);
  mkdirSync(join(folder, 'sqld'), { recursive: true, mode: 0o700 });
  const sqld = await startSqldOn(join(folder, 'sqld'));
  writeSettings(sqld, url);
  const worker = startWorker(host, port);
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    void stop(worker, sqld).finally(() => process.exit(code));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(0));
  worker.once('exit', () => end(1));
  try {
    await untilReady(url, worker);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return end(1);
  }
  startCron(url);
  console.log(`Sallyport is ready at ${named(url)}`);
  console.log(`The operator's key is SALLYPORT_OPERATOR_KEY in ${secretsFile}`);
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

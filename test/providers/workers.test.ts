// The providers as workerd has them, in a Worker that does nothing else.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wranglerEnvironment } from '../../scripts/wrangler-environment.ts';
import { type ErrorCode, type FieldProblem, SallyportError } from '../../src/model/errors.ts';
import { freePort } from '../server.ts';
import { untilReady, workerd } from '../workerd.ts';
import { createAuthority } from './authority.ts';
import { mailSuite, ordinaryMail } from './mail-suite.ts';
import { syslogSuite } from './syslog-suite.ts';
import { webhookSuite } from './webhook-suite.ts';
import type { Call, World } from './world.ts';

interface Answer {
  code?: ErrorCode;
  message: string;
  problems: FieldProblem[];
}

let world: World;
let workerdProcess: ChildProcess | undefined;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-outside-'));

async function callAt(url: string, call: Call): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(call) });
  const { code, message, problems }: Answer = await response.json();
  if (code) throw new SallyportError(code, message, { problems });
}

/** Bundles the Worker as it would be deployed. @returns its compatibility date */
async function bundle(): Promise<string> {
  const dated = /^compatibility_date = "(.+)"$/m.exec(readFileSync('wrangler.toml', 'utf8'));
  const date = dated?.[1] ?? '';
  const main = resolve('test/providers/outside-worker.ts');
  const configuration = { name: 'outside', main, compatibility_date: date };
  writeFileSync(join(folder, 'wrangler.json'), JSON.stringify(configuration));
  const argv = ['deploy', '--dry-run', '--config', join(folder, 'wrangler.json')];
  const env = { ...process.env, ...wranglerEnvironment };
  const wrangler = 'node_modules/.bin/wrangler';
  await promisify(execFile)(wrangler, [...argv, '--outdir', folder], { env });
  return date;
}

/** A bare workerd, because wrangler's own would catch what goes outside. */
function configure(port: number, date: string, authority: string): string {
  const trusted = JSON.stringify(authority);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustedCertificates = [${trusted}]),
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "outside-worker.js")],
  compatibilityDate = "${date}",
);
`;
}

beforeAll(async () => {
  const authority = createAuthority();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'workerd.capnp');
  writeFileSync(file, configure(port, await bundle(), authority.pem));
  // It says on standard error what the tests provoke: certificates that do not fit.
  workerdProcess = spawn(workerd.default, ['serve', file], { stdio: 'ignore' });
  await untilReady(url, workerdProcess);
  world = { authority, call: (call) => callAt(url, call) };
}, 120_000);
afterAll(() => {
  workerdProcess?.kill('SIGKILL');
  world.authority.remove();
  rmSync(folder, { recursive: true, force: true });
});

mailSuite(() => world);
webhookSuite(() => world);
syslogSuite(() => world);

it('sends no mail without a mail server, and says what to set', async () => {
  const sent = world.call({ service: 'mail', mail: ordinaryMail });
  await expect(sent).rejects.toMatchObject({ code: 'misconfigured' });
});

it('refuses an authority of its own for syslog, which the platform cannot use', async () => {
  const target = { host: '192.0.32.10', port: 6514, caPem: world.authority.pem };
  const sent = world.call({ service: 'syslog', target, messages: ['x'] });
  await expect(sent).rejects.toMatchObject({ code: 'invalid_input' });
});

// The providers as workerd has them, in a Worker that does nothing else.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildWorker } from '../../scripts/build-worker.ts';
import { type ErrorCode, type FieldProblem, SallyportError } from '../../src/model/errors.ts';
import { modulesIn, untilReady, workerd } from '../bare-workerd.ts';
import { freePort } from '../server.ts';
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

/** A bare workerd, because wrangler's own would catch what goes outside. */
function configure(port: number, authority: string): string {
  const dated = /^compatibility_date = "(.+)"$/m.exec(readFileSync('wrangler.toml', 'utf8'));
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
  modules = [${modulesIn(folder, 'outside-worker.js')}],
  compatibilityDate = "${dated?.[1]}",
);
`;
}

beforeAll(async () => {
  const authority = createAuthority();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'workerd.capnp');
  await buildWorker(folder, 'test/providers/outside-worker.ts');
  writeFileSync(file, configure(port, authority.pem));
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

import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../scripts/free-port.ts';
import { apiOf } from '../contract/plane.ts';
import { temporaryDirectory } from '../control-plane.ts';

/** The script as a terminal starts it: in a process group of its own. */
async function startDevEdge(data: string) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(process.execPath, ['scripts/dev-edge.ts'], {
    env: { ...process.env, SALLYPORT_DATA: data, SALLYPORT_LISTEN: url.slice('http://'.length) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const group = -(child.pid ?? Number.NaN);
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(group, 'SIGKILL');
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let output = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += String(chunk);
        if (output.includes("The operator's key is")) resolve();
      });
    void ended.then((code) => reject(new Error(`ended with ${code}\n${output}`)));
  });
  return { url, ended, interrupt: () => process.kill(group, 'SIGINT') };
}

test('one command starts the edge, Ctrl-C ends all of it, and what was made is kept', async () => {
  const data = temporaryDirectory();
  const secrets = join(data, 'edge', 'secrets.env');
  const first = await startDevEdge(data);
  expect(statSync(secrets).mode & 0o777).toBe(0o600);
  const [, key] = /^SALLYPORT_OPERATOR_KEY=(.+)$/m.exec(readFileSync(secrets, 'utf8')) ?? [];
  const request = (url: string) => (path: string, init?: RequestInit) => fetch(url + path, init);
  const api = apiOf({ request: request(first.url) }, key);
  const made = await api<{ tenant: { id: string } }>('POST', '/v1/tenants', { name: 'Acme' });
  expect(made.status).toBe(201);
  first.interrupt();
  // It waits for both programs, and its output closes when no process holds it any longer.
  expect(await first.ended).toBe(0);
  const second = await startDevEdge(data);
  const again = apiOf({ request: request(second.url) }, key);
  expect((await again('GET', `/v1/tenants/${made.body.tenant.id}`)).status).toBe(200);
  second.interrupt();
  expect(await second.ended).toBe(0);
}, 120_000);

// The agent as a process, with the real ip, wg, nft and sysctl of this machine, in a network of its
// own: it comes up, follows, survives kill -9 and leaves tunnels alone when it ends.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeControlPlane, type World } from '../test/agent/fake-control-plane.ts';
import { FakeHost } from '../test/agent/fake-host.ts';
import { FakeMachine } from '../test/agent/fake-machine.ts';
import {
  keyNumber,
  peerNumber,
  usualFirewall,
  usualWireguard,
} from '../test/render/server/documents.ts';

/** Why the agent cannot run for real here, or undefined if it can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = ['ip', 'wg', 'nft', 'sysctl'].filter((name) => spawnSync(name, ['-V']).error);
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  const links: { ifname: string; flags: string[] }[] = JSON.parse(
    execFileSync('ip', ['-json', 'link', 'show'], { encoding: 'utf8' }),
  );
  const foreign = links.filter(({ ifname, flags }) => ifname !== 'lo' && flags.includes('UP'));
  if (foreign.length > 0) return 'needs a network namespace of its own';
  return undefined;
}

// wireguard-go names its socket after the interface, in a directory that namespaces share.
const interfaceName = `sp${crypto.randomBytes(5).toString('hex')}`;
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-agent-'));
const why = obstacle();

const control = new FakeControlPlane();
/** Answers real requests with the fake control plane's answers, by the real clock. */
const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const adapter = new FakeHost(new FakeMachine());
    adapter.time = Date.now();
    control.connect(adapter);
    const reply = adapter.network({
      method: request.method === 'POST' ? 'POST' : 'GET',
      url: `http://control.test${request.url}`,
      headers: { authorization: request.headers.authorization ?? '' },
      body: Buffer.concat(chunks).toString(),
      timeoutMs: 1000,
      maxBytes: 1000,
    });
    response.writeHead(reply.status === 0 ? 503 : reply.status).end(reply.body);
  });
});

function output(...argv: string[]): string {
  const [program = '', ...args] = argv;
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return stdout + stderr;
}

const agent = ['src/runtimes/agent-node.ts'];
const where = ['--dir', directory];
const onInterface = [...where, '--interface', interfaceName];

interface Running {
  process: ChildProcess;
  /** Resolves when a line of the log holds the text. */
  says: (text: string) => Promise<void>;
  ended: Promise<number | null>;
}

function start(): Running {
  const child = spawn(process.execPath, [...agent, 'run', ...onInterface], { stdio: 'pipe' });
  let log = '';
  const waiting = new Set<() => void>();
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
    for (const check of waiting) check();
  });
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!log.includes(text)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      void ended.then((code) => reject(new Error(`the agent ended with ${code}: ${log}`)));
    });
  return { process: child, says, ended };
}

function worldOf(...numbers: number[]): World {
  return {
    wireguard: usualWireguard,
    firewall: usualFirewall,
    peers: numbers.map(peerNumber),
  };
}

function presentKeys(): string[] {
  return output('wg', 'show', interfaceName, 'peers').trim().split('\n').sort();
}

const running: Running[] = [];

async function run(): Promise<Running> {
  const started = start();
  running.push(started);
  await started.says('"ready"');
  return started;
}

beforeAll(async () => {
  if (why !== undefined) return;
  execFileSync('ip', ['link', 'set', 'dev', 'lo', 'up']);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  control.publish(worldOf(1, 2, 3));
  const args = [...agent, 'enroll', '--url', url, '--token', 'token', ...where];
  const enrolled = spawn(process.execPath, args, { stdio: 'inherit' });
  await new Promise((resolve) => enrolled.on('close', resolve));
});

afterAll(async () => {
  for (const { process: child, ended } of running) {
    child.kill('SIGKILL');
    await ended;
  }
  if (why === undefined) {
    output('ip', 'link', 'delete', 'dev', interfaceName);
    output('nft', 'delete', 'table', 'inet', 'sallyport');
    server.closeAllConnections();
    server.close();
  }
  fs.rmSync(directory, { recursive: true, force: true });
});

describe('the agent on a real machine', () => {
  it('makes it a gateway and keeps it one', async (context) => {
    context.skip(why !== undefined, why);
    const first = await run();
    expect(output('wg', 'show', interfaceName, 'listen-port').trim()).toBe('51820');
    expect(presentKeys()).toEqual([1, 2, 3].map(keyNumber));
    const addresses = output('ip', 'address', 'show', 'dev', interfaceName);
    for (const part of ['10.64.0.1/18', 'fd5a::1/64', 'mtu 1420', 'UP'])
      expect(addresses).toContain(part);
    const table = output('nft', 'list', 'table', 'inet', 'sallyport');
    expect(table).toContain(`oifname != "${interfaceName}" masquerade`);
    expect(output('sysctl', '-n', 'net.ipv4.ip_forward').trim()).toBe('1');

    control.publish(worldOf(1, 2, 4));
    await first.says('"revision":2');
    expect(presentKeys()).toEqual([1, 2, 4].map(keyNumber));

    control.publish({
      ...worldOf(1, 2, 4),
      wireguard: { ...usualWireguard, listenPort: 4443, addresses: ['10.64.0.9/18', 'fd5a::1/64'] },
    });
    await first.says('"state.applied","revision":3');
    expect(output('wg', 'show', interfaceName, 'listen-port').trim()).toBe('4443');
    expect(output('ip', 'address', 'show', 'dev', interfaceName)).toContain('10.64.0.9/18');
    expect(control.reports.at(-1)?.sections.wireguard).toEqual({ status: 'applied' });
    first.process.kill('SIGKILL');
    await first.ended;
  });

  it('comes back after kill -9 and repairs what was broken meanwhile', async (context) => {
    context.skip(why !== undefined, why);
    expect(presentKeys()).toEqual([1, 2, 4].map(keyNumber));
    output('nft', 'delete', 'table', 'inet', 'sallyport');
    output('wg', 'set', interfaceName, 'peer', keyNumber(1), 'remove');
    const again = await run();
    expect(presentKeys()).toEqual([1, 2, 4].map(keyNumber));
    expect(output('nft', 'list', 'table', 'inet', 'sallyport')).toContain('masquerade');
    again.process.kill('SIGTERM');
    expect(await again.ended).toBe(0);
    expect(presentKeys()).toEqual([1, 2, 4].map(keyNumber));
  });

  it('says that nothing is left to do, and what it is', async (context) => {
    context.skip(why !== undefined, why);
    const ask = (command: string, ...more: string[]) =>
      new Promise<string>((resolve) => {
        const child = spawn(process.execPath, [...agent, command, ...onInterface, ...more]);
        let said = '';
        child.stdout.on('data', (chunk: Buffer) => {
          said += chunk.toString();
        });
        child.on('close', () => resolve(said));
      });
    expect(await ask('plan')).toBe('revision 3 (nothing is newer), 3 devices\nnothing to do\n');
    expect(JSON.parse(await ask('status', '--json'))).toMatchObject({
      revision: 3,
      peers: { desired: 3, present: 3 },
      drift: 0,
    });
  });
});

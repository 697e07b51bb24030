// The agent's Node host against real files, processes, sockets and keys.

import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeNodeHost } from '../../src/runtimes/agent-node-host.ts';

const host = makeNodeHost();
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-host-'));
afterAll(() => {
  host.close();
  fs.rmSync(directory, { recursive: true });
});
const inside = (name: string) => path.join(directory, name);
const options = { timeoutMs: 5000, maxOutput: 65_536 };

describe('files', () => {
  it('are written whole, with their mode, also over another mode', () => {
    const file = inside('key');
    fs.writeFileSync(file, 'old', { mode: 0o644 });
    host.writeAtomic(file, 'new ✓', 0o600);
    expect(host.readText(file)).toBe('new ✓');
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(directory)).toEqual(['key']);
    host.remove(file);
    host.remove(file);
    expect(host.readText(file)).toBeUndefined();
  });

  it('are appended to, and made for root alone', () => {
    const file = inside('journal');
    host.appendText(file, 'one\n');
    host.appendText(file, 'two\n');
    expect(host.readText(file)).toBe('one\ntwo\n');
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    host.remove(file);
  });

  it('live in directories that are made with their parents', () => {
    host.makeDirectory(inside('a/b'), 0o700);
    host.makeDirectory(inside('a/b'), 0o700);
    expect(fs.statSync(inside('a/b')).mode & 0o777).toBe(0o700);
    expect(() => host.readText(inside('a'))).toThrow(/EISDIR/);
    expect(() => host.writeAtomic(inside('no/such'), '', 0o600)).toThrow(/ENOENT/);
    host.remove(inside('none'));
  });
});

describe('programs', () => {
  it('get their arguments without a shell, and their input', async () => {
    const argv = ['sh', '-c', 'cat; echo "$1" >&2; exit 3', 'x', '$(reboot) "; *'];
    const result = await host.exec(argv, { ...options, stdin: 'input ✓' });
    expect(result).toEqual({ code: 3, stdout: 'input ✓', stderr: '$(reboot) "; *\n' });
  });

  it('that do not exist are missing', async () => {
    const result = await host.exec(['sallyport-no-such-program'], options);
    expect(result).toMatchObject({ code: -1, fault: 'missing' });
  });

  it('that do not read their input do no harm', async () => {
    const result = await host.exec(['true'], { ...options, stdin: 'x'.repeat(1_000_000) });
    expect(result.code).toBe(0);
  });

  it('that take too long are killed with their children', async () => {
    const file = inside('children');
    // The grandchild holds the output open: without it being killed the call would not end.
    const script = `sleep 300 & echo $! > ${file}; wait`;
    const result = await host.exec(['sh', '-c', script], { ...options, timeoutMs: 300 });
    expect(result).toMatchObject({ code: -1, fault: 'timeout' });
    const child = Number(fs.readFileSync(file, 'utf8'));
    expect(child).toBeGreaterThan(1);
    const state = spawnSync('ps', ['-o', 'stat=', '-p', `${child}`], { encoding: 'utf8' });
    expect(state.stdout.trim().replace(/^Z.*/, '')).toBe('');
  });

  it('that print too much are killed', async () => {
    const result = await host.exec(['yes'], { ...options, maxOutput: 1000 });
    expect(result.fault).toBe('too_much_output');
    expect(result.stdout.length).toBeLessThanOrEqual(1000);
  });

  it('that are killed by others say so', async () => {
    const result = await host.exec(['sh', '-c', 'kill -9 $$'], options);
    expect(result).toMatchObject({ code: -1, fault: 'killed' });
  });
});

describe('requests', () => {
  const sockets = new Set<unknown>();
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    sockets.add(request.socket);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${Buffer.concat(chunks)}`);
      if (request.url === '/hang') return;
      if (request.url === '/slow') {
        response.write('a');
        return;
      }
      if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': 100 }).write('short');
        response.socket?.destroySoon();
        return;
      }
      if (request.url === '/stale') request.socket.setTimeout(1, () => request.socket.destroy());
      if (request.url === '/offer') response.setHeader('sallyport-watch', 'socket');
      if (request.url === '/later') response.setHeader('retry-after', '7');
      if (request.url === '/binary') response.end(Buffer.from([0xff, 0xfe]));
      else if (request.url === '/moved') response.writeHead(302, { location: '/ok' }).end();
      else if (request.url === '/nothing') response.writeHead(204).end();
      else response.end(request.url === '/big' ? 'x'.repeat(100_000) : 'answer ✓');
    });
  });
  let base = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const get = (url: string, timeoutMs = 5000) =>
    host.http({ method: 'GET', url: base + url, headers: {}, timeoutMs, maxBytes: 50_000 });

  it('give status, date and body, over one kept connection', async () => {
    sockets.clear();
    const first = await get('/ok');
    expect(first).toMatchObject({ status: 200, body: 'answer ✓' });
    expect(Math.abs(Date.parse(first.headers.date ?? '') - Date.now())).toBeLessThan(60_000);
    expect(await get('/nothing')).toMatchObject({ status: 204, body: '' });
    expect(sockets.size).toBe(1);
  });

  it('give the offer to watch by a socket', async () => {
    expect((await get('/offer')).headers['sallyport-watch']).toBe('socket');
    expect((await get('/ok')).headers).not.toHaveProperty('sallyport-watch');
    expect((await get('/later')).headers['retry-after']).toBe('7');
  });

  it('carry a body in UTF-8', async () => {
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', url: `${base}/post`, headers, body: '{"a":"✓"}' } as const;
    await host.http({ ...request, timeoutMs: 5000, maxBytes: 1000 });
    expect(seen.at(-1)).toBe('POST /post {"a":"✓"}');
  });

  it('end in time, whether nothing comes or too little', async () => {
    expect(await get('/hang', 100)).toMatchObject({ status: 0, error: 'timeout' });
    expect(await get('/slow', 100)).toMatchObject({ status: 0, error: 'timeout' });
  });

  it('refuse what is too large, cut short or no text, and follow no redirect', async () => {
    expect(await get('/big')).toMatchObject({ status: 0, error: 'the answer is too large' });
    expect(await get('/cut')).toMatchObject({ status: 0, body: '' });
    expect(await get('/binary')).toMatchObject({ status: 200, body: '' });
    expect((await get('/moved')).status).toBe(302);
  });

  it('say why nobody answers', async () => {
    const request = { method: 'GET', url: 'http://127.0.0.1:1/', headers: {} } as const;
    const reply = await host.http({ ...request, timeoutMs: 5000, maxBytes: 1000 });
    expect(reply).toMatchObject({ status: 0 });
    expect(reply.error).toContain('ECONNREFUSED');
    const odd = await host.http({ ...request, url: 'http://[', timeoutMs: 5000, maxBytes: 1 });
    expect(odd.status).toBe(0);
  });
});

describe('keys', () => {
  it('sign and verify as Ed25519 does elsewhere', () => {
    const { privateKey, publicKey } = host.generateKeyPair();
    expect([privateKey.length, publicKey.length]).toEqual([32, 32]);
    const message = Buffer.from('message');
    const signature = host.sign(privateKey, message);
    expect(host.verify(publicKey, message, signature)).toBe(true);
    expect(host.verify(publicKey, Buffer.from('massage'), signature)).toBe(false);
    expect(host.verify(host.generateKeyPair().publicKey, message, signature)).toBe(false);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
    const key = crypto.createPublicKey({ key: jwk, format: 'jwk' });
    expect(crypto.verify(null, message, key, signature)).toBe(true);
  });

  it('agree with RFC 8032, test 1', () => {
    const hex = (text: string) => Buffer.from(text, 'hex');
    const seed = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    const publicKey = hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    const signature = Buffer.from(host.sign(seed, new Uint8Array()));
    expect(signature.toString('hex')).toMatch(/^e5564300c360ac729086e2cc806e828a/);
    expect(host.verify(publicKey, new Uint8Array(), signature)).toBe(true);
  });

  it('hash UTF-8', () => {
    const expected = crypto.createHash('sha256').update(Buffer.from('✓')).digest('hex');
    expect(host.sha256('✓')).toBe(expected);
    expect(host.random(16)).toHaveLength(16);
  });
});

describe('the process', () => {
  it('ends a sleep and a request on SIGTERM, tells listeners, and holds nothing open', async () => {
    const script = `
      import { makeNodeHost } from './src/runtimes/agent-node-host.ts';
      import http from 'node:http';
      const server = http.createServer(() => process.kill(process.pid, 'SIGTERM'));
      server.listen(0, '127.0.0.1', async () => {
        const host = makeNodeHost();
        host.onTerminate(() => host.print('told'));
        const url = 'http://127.0.0.1:' + server.address().port;
        const request = { method: 'GET', url, headers: {}, timeoutMs: 60000, maxBytes: 10 };
        const [reply] = await Promise.all([host.http(request), host.sleep(60000)]);
        host.print(reply.error);
        host.close();
        server.close();
        server.closeAllConnections();
      });`;
    const node = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(node).toMatchObject({ status: 0, stdout: 'told\nended\n' });
  });
});

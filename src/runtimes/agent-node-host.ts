// The Host of the agent on Node.

import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Host } from '../agent/host.ts';
import { makeHttp } from './agent-node-http.ts';
import { makeConnect } from './agent-node-socket.ts';
import { makeStream } from './agent-node-stream.ts';

// DER around an Ed25519 seed and public key (RFC 8410 §7): Node takes keys only in such wrapping.
const seedPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');

function sync(target: string): void {
  const descriptor = fs.openSync(target, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function writeSynced(file: string, flags: string, text: string, mode: number): void {
  const descriptor = fs.openSync(file, flags, mode);
  try {
    if (flags === 'w') fs.fchmodSync(descriptor, mode);
    fs.writeFileSync(descriptor, text);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

const files: Pick<Host, 'readText' | 'writeAtomic' | 'appendText' | 'remove' | 'makeDirectory'> = {
  readText(file) {
    try {
      return fs.readFileSync(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  },
  writeAtomic(file, text, mode) {
    const beside = `${file}.new`;
    writeSynced(beside, 'w', text, mode);
    fs.renameSync(beside, file);
    sync(path.dirname(file));
  },
  appendText(file, text) {
    const isNew = !fs.existsSync(file);
    writeSynced(file, 'a', text, 0o600);
    if (isNew) sync(path.dirname(file));
  },
  remove: (file) => fs.rmSync(file, { force: true }),
  makeDirectory: (directory, mode) => void fs.mkdirSync(directory, { recursive: true, mode }),
};

const keys: Pick<Host, 'generateKeyPair' | 'sign' | 'verify'> = {
  generateKeyPair() {
    const pair = crypto.generateKeyPairSync('ed25519');
    return {
      privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32),
      publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    };
  },
  sign(privateKey, message) {
    const der = Buffer.concat([seedPrefix, privateKey]);
    return crypto.sign(null, message, { key: der, format: 'der', type: 'pkcs8' });
  },
  verify(publicKey, message, signature) {
    const der = Buffer.concat([publicPrefix, publicKey]);
    return crypto.verify(null, message, { key: der, format: 'der', type: 'spki' }, signature);
  },
};

const exec: Host['exec'] = (argv, { stdin = '', timeoutMs, maxOutput }) =>
  new Promise((resolve) => {
    const [program = '', ...rest] = argv;
    const env = { LC_ALL: 'C', PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin' };
    // A process group of its own, so that a timeout takes its children along.
    const child = spawn(program, rest, { detached: true, env });
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let fault: 'missing' | 'timeout' | 'too_much_output' | 'killed' | undefined;
    const kill = (reason: typeof fault) => {
      fault ??= reason;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has ended meanwhile.
      }
    };
    const timer = setTimeout(kill, timeoutMs, 'timeout');
    const text = (stream: keyof typeof chunks) => Buffer.concat(chunks[stream]).toString('utf8');
    const end = (code: number) => {
      clearTimeout(timer);
      const output = { stdout: text('stdout'), stderr: text('stderr') };
      resolve({ code, ...output, ...(fault ? { fault } : {}) });
    };
    for (const stream of ['stdout', 'stderr'] as const) {
      let bytes = 0;
      child[stream].on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= maxOutput) chunks[stream].push(chunk);
        else kill('too_much_output');
      });
    }
    child.on('error', () => {
      fault ??= 'missing';
      end(-1);
    });
    child.on('close', (code) => {
      if (code === null) fault ??= 'killed';
      end(code ?? -1);
    });
    // A program that does not read its input closes the pipe; its exit code tells the rest.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });

/** A host that ends on SIGTERM and SIGINT. `close` lets go of kept connections and signals. */
export function makeNodeHost(): Host & { close(): void } {
  const ending = new AbortController();
  const http = makeHttp(ending.signal);
  const end = () => ending.abort();
  process.once('SIGTERM', end).once('SIGINT', end);
  return {
    ...files,
    ...keys,
    exec,
    http: http.request,
    connect: makeConnect(ending.signal),
    stream: makeStream(ending.signal),
    sha256: (text) => crypto.createHash('sha256').update(text).digest('hex'),
    random: (length) => crypto.randomBytes(length),
    now: () => Date.now(),
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        if (ending.signal.aborted) return resolve();
        const wake = () => {
          clearTimeout(timer);
          ending.signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, milliseconds);
        ending.signal.addEventListener('abort', wake);
      }),
    onTerminate: (listener) => ending.signal.addEventListener('abort', listener, { once: true }),
    log: (line) => void process.stderr.write(`${line}\n`),
    print: (text) => void process.stdout.write(`${text}\n`),
    close() {
      process.off('SIGTERM', end).off('SIGINT', end);
      http.close();
    },
  };
}

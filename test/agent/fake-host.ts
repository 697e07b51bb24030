// A fake Host over a fake machine: its clock only moves when the agent waits, and it can die at any
// call, before or after the call had its effect.

import crypto from 'node:crypto';
import type {
  ByteStream,
  Chunk,
  ExecResult,
  Host,
  HttpReply,
  HttpRequest,
  Received,
  Socket,
  SocketRequest,
} from '../../src/agent/host.ts';
import type { FakeVici } from './fake-charon.ts';
import { FakeLine } from './fake-line.ts';
import type { FakeMachine } from './fake-machine.ts';

// An agent that does not come to rest is a failed test, not an endless one.
const mostCalls = 20_000;

/** Thrown by every call from the crash on: the process is gone. */
export class Crash extends Error {}

export interface CrashPlan {
  /** Which call of the host, counted from 1. */
  call: number;
  when: 'before' | 'after';
}

export class FakeHost implements Host {
  readonly machine: FakeMachine;
  /** Every call in order: the method and what it was about. */
  readonly calls: string[] = [];
  readonly logged: string[] = [];
  readonly printed: string[] = [];
  /** Answers requests; the fake control plane puts itself here. */
  network: (request: HttpRequest) => HttpReply = () => this.#offline();
  /** Where sockets lead; the fake control plane puts itself here too. */
  lines: (request: SocketRequest) => FakeLine = () => new FakeLine().cut('connect ECONNREFUSED');
  crash: CrashPlan | undefined;
  #time = Date.UTC(2026, 10, 22);
  /** Who waits for something other than time; to be looked at when any of it may have come. */
  readonly #waiting = new Set<() => void>();
  /** The host's clock minus true time. */
  clockError = 0;
  #dead = false;
  #ended = false;
  readonly #listeners: (() => void)[] = [];

  constructor(machine: FakeMachine) {
    this.machine = machine;
  }

  get time(): number {
    return this.#time;
  }

  set time(time: number) {
    this.#time = time;
    for (const look of [...this.#waiting]) look();
  }

  /** Asks the agent to end, as SIGTERM does. */
  terminate(): void {
    this.#ended = true;
    for (const look of [...this.#waiting]) look();
    for (const listener of this.#listeners.splice(0)) listener();
  }

  /** The calls of one method. */
  callsOf(method: string): string[] {
    return this.calls.filter((call) => call.startsWith(`${method} `));
  }

  readText(path: string): string | undefined {
    return this.#call(`readText ${path}`, () => {
      if (path === '/proc/sys/kernel/osrelease') return '6.12.0\n';
      if (path === '/etc/os-release') return 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 13"\n';
      return this.machine.disk.get(path)?.text;
    });
  }

  writeAtomic(path: string, text: string, mode: number): void {
    this.#call(`writeAtomic ${path}`, () => this.machine.disk.set(path, { text, mode }));
  }

  appendText(path: string, text: string): void {
    const before = this.machine.disk.get(path) ?? { text: '', mode: 0o600 };
    const write = (part: string) =>
      this.machine.disk.set(path, { ...before, text: before.text + part });
    // A crash in the middle leaves half a line.
    this.#call(
      `appendText ${text}`,
      () => write(text),
      () => write(text.slice(0, text.length / 2)),
    );
  }

  remove(path: string): void {
    this.#call(`remove ${path}`, () => this.machine.disk.delete(path));
  }

  makeDirectory(path: string): void {
    this.#call(`makeDirectory ${path}`, () => undefined);
  }

  async exec(argv: readonly string[], options: { stdin?: string }): Promise<ExecResult> {
    return this.#call(`exec ${argv.join(' ')}`, () => this.machine.exec(argv, options.stdin ?? ''));
  }

  async http(request: HttpRequest): Promise<HttpReply> {
    const label = `http ${request.method} ${request.url}`;
    return this.#call(label, () => (this.#ended ? this.#offline() : this.network(request)));
  }

  // A property, so that a host without it can be had.
  connect?: (request: SocketRequest) => Socket = (request) => {
    const line = this.#call(`connect ${request.url}`, () => this.lines(request));
    return {
      send: (text) => this.#call(`send ${text}`, () => line.hear(text)),
      receive: async (milliseconds) =>
        this.#call(`receive ${milliseconds}`, () => this.#receive(line, milliseconds)),
      close: () => this.#call('close', () => line.cut('closed by us')),
    };
  };

  stream = ({ path }: { path: string }): ByteStream => {
    const line = this.#call(`stream ${path}`, () => this.machine.charon.open());
    return {
      send: (bytes) =>
        this.#call(
          `vici ${String.fromCharCode(...bytes.subarray(6)).replaceAll(/[^ -~]+/g, ' ')}`,
          () => line.send(bytes),
        ),
      receive: (milliseconds) => this.#hear(line, milliseconds),
      close: () => line.cut('closed by us'),
    };
  };

  generateKeyPair() {
    const pair = crypto.generateKeyPairSync('ed25519');
    return {
      privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32),
      publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    };
  }

  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), privateKey]);
    return crypto.sign(null, message, { key: der, format: 'der', type: 'pkcs8' });
  }

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
    return crypto.verify(null, message, { key: der, format: 'der', type: 'spki' }, signature);
  }

  sha256 = (text: string): string => crypto.createHash('sha256').update(text).digest('hex');

  random(length: number): Uint8Array {
    return new Uint8Array(length).fill(128);
  }

  now(): number {
    return this.time + this.clockError;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.#call(`sleep ${milliseconds}`, () => {
      if (!this.#ended) this.time += milliseconds;
    });
  }

  onTerminate(listener: () => void): void {
    this.#listeners.push(listener);
  }

  log(line: string): void {
    this.logged.push(line);
  }

  print(text: string): void {
    this.printed.push(text);
  }

  #hear(line: FakeVici, milliseconds: number): Promise<Chunk> {
    const end = this.time + milliseconds;
    return new Promise((resolve) => {
      const look = () => {
        const chunk: Chunk | undefined = this.#ended
          ? { kind: 'closed', reason: 'ended' }
          : (line.take() ?? (this.time >= end ? { kind: 'nothing' } : undefined));
        if (!chunk) return;
        this.#waiting.delete(look);
        line.onArrival = () => undefined;
        resolve(chunk);
      };
      this.#waiting.add(look);
      line.onArrival = look;
      look();
      // Whoever asks a question waits for nothing else.
      if (this.#waiting.has(look) && !line.listens) this.time = end;
    });
  }

  #receive(line: FakeLine, milliseconds: number): Received {
    if (!this.#ended && milliseconds > 0 && line.arrivals.length === 0) line.onQuiet();
    if (this.#ended) return { kind: 'closed', reason: 'ended' };
    const arrival = line.take();
    if (arrival) return arrival;
    this.time += milliseconds;
    return { kind: 'nothing' };
  }

  #offline(): HttpReply {
    return { status: 0, headers: {}, body: '', error: 'connect ECONNREFUSED' };
  }

  #call<Result>(
    label: string,
    effect: () => Result,
    torn: () => unknown = () => undefined,
  ): Result {
    this.#dead ||= this.calls.length >= mostCalls;
    if (this.#dead) throw new Crash('the process is gone');
    this.calls.push(label);
    const call = this.calls.length;
    if (this.crash?.call !== call) {
      const result = effect();
      // The effect itself may have been what decided the end.
      this.#dead = this.crash?.call === call;
      return result;
    }
    this.#dead = true;
    if (this.crash?.when === 'after') effect();
    else torn();
    throw new Crash(`crashed at call ${this.calls.length}: ${label.slice(0, 100)}`);
  }
}

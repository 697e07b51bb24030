// Runs programs with a time limit, and keeps hold of those that run on.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

const outputCharactersMost = 8 * 1024 * 1024;
const linesKept = 5000;
const linesShown = 15;
const lineShownCharacters = 400;
const stopGraceMs = 3000;

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  timeoutMs: number;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Text for standard input, which is empty otherwise. */
  input?: string;
  /** Return a non-zero exit code instead of throwing. */
  mayFail?: boolean;
  /** What errors call it; the command line if left out. */
  title?: string;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-linesShown).join('\n');
}

function start(argv: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string }) {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('there is no program to run');
  // Its own process group, so that what it starts can be killed with it.
  return spawn(program, args, {
    detached: true,
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
}

function signalGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

/**
 * Runs a program to its end. Throws when it cannot start, when it exceeds `timeoutMs` (it is killed
 * with everything in its process group) or, unless `mayFail`, when its exit code is not 0.
 */
export function run(argv: readonly string[], options: RunOptions): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  const child = start(argv, options);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] = (output[stream] + text).slice(-outputCharactersMost);
    });
  }
  const fail = (why: string) =>
    reject(
      new Error(
        `${options.title ?? argv.join(' ')}: ${why}\n${lastLines(output.stderr + output.stdout)}`,
      ),
    );
  const timer = setTimeout(() => {
    signalGroup(child, 'SIGKILL');
    fail(`took longer than ${options.timeoutMs} ms`);
  }, options.timeoutMs);
  child.on('error', (error) => {
    clearTimeout(timer);
    fail(error.message);
  });
  child.on('close', (exitCode, signal) => {
    clearTimeout(timer);
    const code = exitCode ?? 128;
    if (code === 0 || options.mayFail) resolve({ code, ...output });
    else fail(signal ? `was ended by ${signal}` : `exit code ${code}`);
  });
  // A program that does not read its input is no fault of the caller's.
  child.stdin.on('error', () => {}).end(options.input ?? '');
  return promise;
}

/** A program that runs on: its lines are kept, and it can be waited for and stopped. */
export class LabProcess {
  readonly title: string;
  /** What it printed on either stream, the oldest lines dropped. */
  readonly lines: string[] = [];
  /** Its exit code, or 128 if a signal ended it. */
  readonly exited: Promise<number>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #listeners = new Set<() => void>();
  #running = true;

  constructor(
    argv: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string; title?: string } = {},
  ) {
    this.title = options.title ?? argv.join(' ');
    const child = start(argv, options);
    this.#child = child;
    child.stdin.on('error', () => {}).end();
    this.#collect(child.stdout);
    this.#collect(child.stderr);
    this.exited = new Promise((resolve) => {
      const end = (code: number) => {
        this.#running = false;
        this.#changed();
        resolve(code);
      };
      child.on('error', (error) => {
        this.lines.push(error.message);
        end(127);
      });
      child.on('close', (code) => end(code ?? 128));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /**
   * Waits until `check` of the lines printed so far gives something. Throws after `timeoutMs`, or
   * when the program ends first, with the last lines.
   */
  until<T>(check: (lines: readonly string[]) => T | undefined, timeoutMs: number): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      this.#listeners.delete(look);
      settle();
    };
    const fail = (why: string) =>
      finish(() => reject(new Error(`${this.title}: ${why}\n${this.tail()}`)));
    const look = () => {
      const found = check(this.lines);
      if (found !== undefined) finish(() => resolve(found));
      else if (!this.#running) fail('ended too early');
    };
    const timer = setTimeout(() => fail(`not there after ${timeoutMs} ms`), timeoutMs);
    this.#listeners.add(look);
    look();
    return promise;
  }

  /** Waits for a line that matches, and gives it. */
  waitFor(pattern: RegExp, timeoutMs: number): Promise<string> {
    return this.until((lines) => lines.find((line) => pattern.test(line)), timeoutMs);
  }

  /** Its last lines, few enough to read. */
  tail(): string {
    const last = this.lines.slice(-linesShown);
    return last.map((line) => line.slice(0, lineShownCharacters)).join('\n');
  }

  kill(signal: NodeJS.Signals): void {
    signalGroup(this.#child, signal);
  }

  /** Asks it to end, and after three seconds no longer asks. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), stopGraceMs);
    await this.exited;
    clearTimeout(timer);
  }

  #collect(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts);
      this.lines.splice(0, this.lines.length - linesKept);
      this.#changed();
    });
    stream.on('end', () => {
      if (rest !== '') this.lines.push(rest);
      this.#changed();
    });
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

// One machine of the lab: a network namespace in which programs run.

import { join } from 'node:path';
import { toolPath } from './enter.ts';
import { type Finished, LabProcess, type RunOptions, run } from './process.ts';

const execTimeoutMs = 10_000;

/** The root of the repository, where programs start. */
export const repository = join(import.meta.dirname, '..');

/** The command line of a Node script; a relative path is taken from the repository's root. */
export function nodeCommand(script: string, args: readonly string[] = []): string[] {
  return [process.execPath, script, ...args];
}

export class LabNode {
  readonly name: string;
  readonly #home: string;
  readonly #sockets: string;
  readonly #processes = new Set<LabProcess>();

  /** `home` is what programs take as HOME; `sockets` is the folder of its WireGuard sockets. */
  constructor(name: string, home: string, sockets: string) {
    this.name = name;
    this.#home = home;
    this.#sockets = sockets;
  }

  /**
   * Runs a program to its end, 10 seconds at most unless told otherwise. Throws as `run` does.
   * Programs see a small environment of their own, nothing of the caller's.
   */
  exec(argv: readonly string[], options: Partial<RunOptions> = {}): Promise<Finished> {
    return run(this.#inside(argv), {
      timeoutMs: execTimeoutMs,
      cwd: repository,
      title: this.#title(argv),
      ...options,
      env: this.#environment(options.env),
    });
  }

  /** Starts a program that runs until it is stopped or the lab is taken down. */
  spawn(argv: readonly string[], env: NodeJS.ProcessEnv = {}): LabProcess {
    const options = { env: this.#environment(env), cwd: repository, title: this.#title(argv) };
    const child = new LabProcess(this.#inside(argv), options);
    this.#processes.add(child);
    void child.exited.then(() => this.#processes.delete(child));
    return child;
  }

  /** Starts a Node script that runs until it is stopped or the lab is taken down. */
  node(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): LabProcess {
    return this.spawn(nodeCommand(script, args), env);
  }

  /** Ends every program that `spawn` and `node` started and that still runs. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#processes].map((child) => child.stop()));
  }

  // WireGuard in user space is reached by a socket in /run/wireguard, named after the interface
  // alone: without a folder of its own each node would see every other node's interfaces.
  #inside(argv: readonly string[]): string[] {
    const script = 'mount --bind "$0" /run/wireguard && exec "$@"';
    return ['ip', 'netns', 'exec', this.name, 'sh', '-c', script, this.#sockets, ...argv];
  }

  #title(argv: readonly string[]): string {
    const words = argv.map((word) => (word === process.execPath ? 'node' : word));
    return `${this.name}: ${words.join(' ')}`;
  }

  #environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { PATH: toolPath, HOME: this.#home, LANG: 'C.UTF-8', ...env };
  }
}

// One machine of the lab: a network namespace in which programs run, with files of its own.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labDirectory, toolPath } from './enter.ts';
import { type Finished, LabProcess, type RunOptions, run } from './process.ts';

const execTimeoutMs = 10_000;

/** The root of the repository, where programs start. */
export const repository = join(import.meta.dirname, '..');

/** The command line of a Node script; a relative path is taken from the repository's root. */
export function nodeCommand(script: string, args: readonly string[] = []): string[] {
  return [process.execPath, script, ...args];
}

// Daemons are reached by sockets in /run that are named alike on every machine, and read what is in
// /etc: each node has a /run of its own, and what it has in its folder `etc` covers the machine's.
const ownFiles = `
mount --bind ${labDirectory} "$0/run/sallyport-lab" && mount --rbind "$0/run" /run || exit
for file in "$0"/etc/*; do
  [ ! -e "$file" ] || mount --bind "$file" "/etc/\${file##*/}" || exit
done
exec "$@"
`;

export class LabNode {
  readonly name: string;
  /** Its own files: `run`, `etc` and, before all other programs, `bin`. */
  readonly files: string;
  readonly #home: string;
  readonly #processes = new Set<LabProcess>();

  /** `home` is what programs take as HOME; `files` is the folder of its own files, made here. */
  constructor(name: string, home: string, files: string) {
    this.name = name;
    this.files = files;
    this.#home = home;
    this.emptyRun();
    for (const folder of ['etc', 'bin']) mkdirSync(join(files, folder));
  }

  /** Makes its /run what it is when a machine starts. */
  emptyRun(): void {
    rmSync(join(this.files, 'run'), { recursive: true, force: true });
    for (const folder of ['wireguard', 'sallyport-lab']) {
      mkdirSync(join(this.files, 'run', folder), { recursive: true });
    }
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

  #inside(argv: readonly string[]): string[] {
    return ['ip', 'netns', 'exec', this.name, 'sh', '-c', ownFiles, this.files, ...argv];
  }

  #title(argv: readonly string[]): string {
    const words = argv.map((word) => (word === process.execPath ? 'node' : word));
    return `${this.name}: ${words.join(' ')}`;
  }

  #environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const path = `${join(this.files, 'bin')}:${toolPath}`;
    return { PATH: path, HOME: this.#home, LANG: 'C.UTF-8', ...env };
  }
}

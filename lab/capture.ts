// What passes a wire: every packet of an interface, kept as it is, to look for what must not be
// readable there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabNode } from './node.ts';
import type { LabProcess } from './process.ts';

const readyMs = 10_000;

export class Capture {
  readonly #node: LabNode;
  readonly #path: string;
  readonly #tcpdump: LabProcess;

  private constructor(node: LabNode, path: string, tcpdump: LabProcess) {
    this.#node = node;
    this.#path = path;
    this.#tcpdump = tcpdump;
  }

  /** Starts to record an interface of a node into a file of the folder. */
  static async start(node: LabNode, interfaceName: string, folder: string): Promise<Capture> {
    const path = join(folder, `${node.name}-${interfaceName}.pcap`);
    const options = ['-Z', 'root', '-U', '--immediate-mode', '-w', path];
    const tcpdump = node.spawn(['tcpdump', '-i', interfaceName, ...options]);
    await tcpdump.waitFor(/listening on/, readyMs);
    return new Capture(node, path, tcpdump);
  }

  async stop(): Promise<void> {
    await this.#tcpdump.stop();
  }

  /** How often some bytes occur in what was recorded. */
  occurrences(bytes: Uint8Array): number {
    const all = readFileSync(this.#path);
    let count = 0;
    for (let at = all.indexOf(bytes); at >= 0; at = all.indexOf(bytes, at + 1)) count += 1;
    return count;
  }

  /** How many of the recorded packets a filter of pcap-filter(7) lets through. */
  async packets(filter: string): Promise<number> {
    const argv = ['tcpdump', '-nn', '-r', this.#path, '--count', filter];
    const { stdout } = await this.#node.exec(argv);
    const count = /^(\d+) packets?/m.exec(stdout)?.[1];
    if (count === undefined) throw new Error(`tcpdump did not count: ${stdout}`);
    return Number(count);
  }
}

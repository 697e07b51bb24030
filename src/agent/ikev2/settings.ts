// Charon's settings: one file of ours in strongSwan's folder. Charon has them from its next start.

import { renderStrongswan, strongswanFile } from '../../render/server/strongswan.ts';
import { logEvent, messageOf } from '../log.ts';
import type { Machine } from '../machine.ts';

export class Settings {
  readonly #machine: Machine;
  readonly #path: string;
  readonly #wanted = renderStrongswan();
  /** In place of those that charon did not start with, so that they are not written again. */
  readonly #refusal: string;
  #refused = false;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#path = `${machine.strongswanDirectory}/${strongswanFile}`;
    const mark = machine.host.sha256(this.#wanted);
    this.#refusal = `# strongSwan did not start with Sallyport's settings (${mark}).\n`;
  }

  /** Writes them. Gives whether they are new. */
  write(): boolean {
    const { host, strongswanDirectory } = this.#machine;
    const text = host.readText(this.#path);
    this.#refused = text === this.#refusal;
    if (text === this.#wanted || this.#refused) return false;
    try {
      host.makeDirectory(strongswanDirectory, 0o755);
      this.#put(this.#wanted);
      return true;
    } catch (error) {
      // Devices come in without them as well.
      logEvent(host, 'ikev2.settings', { reason: messageOf(error) });
      return false;
    }
  }

  /** Takes them away from charon. Gives whether it had any. */
  withdraw(): boolean {
    if (this.#machine.host.readText(this.#path) !== this.#wanted) return false;
    this.#put(this.#refusal);
    this.#refused = true;
    return true;
  }

  /** Gives them back: it was not for them. */
  restore(): void {
    this.#put(this.#wanted);
    this.#refused = false;
  }

  remove(): void {
    this.#machine.host.remove(this.#path);
  }

  /** What is wrong, in words. */
  get fault(): string | undefined {
    if (!this.#refused) return undefined;
    const what = 'strongSwan did not start with the settings of Sallyport and runs without';
    return `${what}; remove ${this.#path} to have them tried again`;
  }

  #put(text: string): void {
    this.#machine.host.writeAtomic(this.#path, text, 0o644);
  }
}

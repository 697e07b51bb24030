// Charon and what it has loaded: files by strongSwan's own swanctl, and a new start when it does
// not answer.

import { installStrongswan } from '../../model/strongswan-packages.ts';
import { Alarm } from '../alarm.ts';
import { agentLimits } from '../limits.ts';
import { attempt, commandError, run } from '../linux.ts';
import { logEvent, messageOf } from '../log.ts';
import type { Machine } from '../machine.ts';
import { CharonError } from './line.ts';
import type { Settings } from './settings.ts';

function swanctl({ swanctlDirectory, viciSocket }: Machine, command: string): string[] {
  const where = ['--uri', `unix://${viciSocket}`, '--file', `${swanctlDirectory}/swanctl.conf`];
  return ['swanctl', `--${command}`, ...where, ...(command === 'load-creds' ? ['--noprompt'] : [])];
}

/** @throws CharonError when charon does not take part */
async function load(machine: Machine, what: string): Promise<void> {
  const argv = swanctl(machine, `load-${what}`);
  const loaded = await attempt(machine.host, argv, { timeoutMs: agentLimits.loadMilliseconds });
  if (loaded.fault === 'timeout') throw new CharonError('charon does not answer', true);
  if (loaded.code !== 0 || loaded.fault) throw commandError(argv, loaded);
}

/** Loads keys, certificates and lists of revoked ones. Throws an error fit for a report. */
export async function loadCredentials(machine: Machine): Promise<void> {
  await load(machine, 'creds');
}

/** Loads everything, connections last, so that nobody is let in by half of it. */
export async function loadAll(machine: Machine): Promise<void> {
  await loadCredentials(machine);
  // A pool that a device still has an address of cannot go, which is no reason to load nothing.
  const pools = await load(machine, 'pools').catch((error: unknown) => {
    if (error instanceof CharonError) throw error;
    return { error };
  });
  await load(machine, 'conns');
  if (pools) throw pools.error;
}

/** Starts charon anew when it has to be. */
export class Reviver {
  readonly #machine: Machine;
  readonly #settings: Settings;
  readonly #pause: Alarm;
  #silences = 0;

  constructor(machine: Machine, settings: Settings) {
    this.#machine = machine;
    this.#settings = settings;
    this.#pause = new Alarm(machine.host);
  }

  /** It answers. */
  alive(): void {
    this.#silences = 0;
  }

  /** Does what can be done about it. Gives what is wrong, in words, and whether it was started. */
  async revive(error: CharonError): Promise<{ fault: string; started: boolean }> {
    const { host } = this.#machine;
    // Every other command connects to charon first, even the one for the version.
    const there = await attempt(host, ['swanctl', '--help']);
    if (there.fault === 'missing')
      return {
        fault: `strongSwan is not installed; run: ${installStrongswan.join(' ')}`,
        started: false,
      };
    this.#silences++;
    // One that is only slow carries tunnels: a new start would end them all.
    const patience = error.hung ? agentLimits.charonSilences : 1;
    if (this.#silences < patience || this.#pause.left() > 0)
      return { fault: error.message, started: false };
    this.#pause.set(agentLimits.charonRestartLeastMilliseconds);
    // Asked to end it would not, and systemd's patience with it is a minute and a half.
    if (error.hung) await this.#kill();
    try {
      await this.restart(error.message);
      return { fault: `${error.message}; it was started anew`, started: true };
    } catch (failure) {
      return { fault: `${error.message}; ${messageOf(failure)}`, started: false };
    }
  }

  /** Starts it anew, without our settings if need be. Throws an error fit for a report. */
  async restart(reason: string): Promise<void> {
    const { host, systemctl } = this.#machine;
    logEvent(host, 'ikev2.restart', { reason });
    const argv = [systemctl, 'restart', 'strongswan'];
    try {
      await run(host, argv);
    } catch (error) {
      if (!this.#settings.withdraw()) throw error;
      // They may have made it hang.
      await this.#kill();
      const again = await attempt(host, argv);
      if (again.code !== 0 || again.fault) {
        this.#settings.restore();
        throw error;
      }
      logEvent(host, 'ikev2.settings', { reason: messageOf(error) });
    }
  }

  async #kill(): Promise<void> {
    const { host, systemctl } = this.#machine;
    await attempt(host, [systemctl, 'kill', '--signal=SIGKILL', 'strongswan']);
  }
}

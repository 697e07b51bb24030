// Charon and what it has loaded: files by strongSwan's own swanctl, and a new start when it does
// not answer.

import { installStrongswan } from '../../model/strongswan-packages.ts';
import { Alarm } from '../alarm.ts';
import { agentLimits } from '../limits.ts';
import { attempt, commandError, run } from '../linux.ts';
import { logEvent } from '../log.ts';
import type { Machine } from '../machine.ts';
import type { CharonError } from './charon.ts';

function swanctl({ swanctlDirectory, viciSocket }: Machine, command: string): string[] {
  const where = ['--uri', `unix://${viciSocket}`, '--file', `${swanctlDirectory}/swanctl.conf`];
  return ['swanctl', `--${command}`, ...where, ...(command === 'load-creds' ? ['--noprompt'] : [])];
}

/** Loads keys, certificates and lists of revoked ones. Throws an error fit for a report. */
export async function loadCredentials(machine: Machine): Promise<void> {
  await run(machine.host, swanctl(machine, 'load-creds'));
}

/** Loads everything, connections last, so that nobody is let in by half of it. */
export async function loadAll(machine: Machine): Promise<void> {
  await loadCredentials(machine);
  // A pool that a device still has an address of cannot go, which is no reason to load nothing.
  const pools = swanctl(machine, 'load-pools');
  const loaded = await attempt(machine.host, pools);
  await run(machine.host, swanctl(machine, 'load-conns'));
  if (loaded.code !== 0 || loaded.fault) throw commandError(pools, loaded);
}

/** Starts charon anew when it has to be. */
export class Reviver {
  readonly #machine: Machine;
  readonly #pause: Alarm;
  #silences = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#pause = new Alarm(machine.host);
  }

  /** It answers. */
  alive(): void {
    this.#silences = 0;
  }

  /** Does what can be done about it. Gives what is wrong, in words, and whether it was started. */
  async revive(error: CharonError): Promise<{ fault: string; started: boolean }> {
    const { host, systemctl } = this.#machine;
    const there = await attempt(host, ['swanctl', '--version']);
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
    logEvent(host, 'ikev2.restart', { reason: error.message });
    const argv = [systemctl, 'restart', 'strongswan'];
    const result = await attempt(host, argv);
    const failed = result.code !== 0 || result.fault !== undefined;
    const how = failed ? commandError(argv, result).message : 'it was started anew';
    return { fault: `${error.message}; ${how}`, started: !failed };
  }
}

// Letting connected devices through, and nobody else: charon says who is connected, the packet
// filter's sets say whose packets pass.

import type { Ikev2Peer } from '../../model/ikev2.ts';
import {
  type Esp,
  ikev2Table,
  renderAdmitted,
  renderAllAdmitted,
  renderIkev2Firewall,
  renderNoIkev2Firewall,
} from '../../render/server/nftables-ikev2.ts';
import type { Cut } from '../applier.ts';
import { agentLimits } from '../limits.ts';
import { attempt, run } from '../linux.ts';
import { logEvent } from '../log.ts';
import type { Machine } from '../machine.ts';
import { forgetFlows } from '../peers.ts';
import type { Proof } from '../receipts.ts';
import type { GatewayState } from '../state.ts';
import type { Association, Charon, Happening } from './charon.ts';
import type { Ikev2State } from './devices.ts';
import type { Note } from './note.ts';
import { Sessions } from './sessions.ts';

const listTable = ['nft', '-s', '-t', 'list', 'table', 'inet', ikev2Table] as const;

interface Owed {
  device: Ikev2Peer;
  revision: number;
}

export class Admission {
  readonly sessions = new Sessions();
  readonly #machine: Machine;
  readonly #charon: Charon;
  /** What is in the sets; undefined when it is not known. */
  #admitted: Set<string> | undefined;
  /** What was in them when it was known last. */
  #admittedLast = new Set<string>();
  /** Devices that are cut off once the sets are as they shall be, and have no receipt yet. */
  #owed: Owed[] = [];

  constructor(machine: Machine, charon: Charon) {
    this.#machine = machine;
    this.#charon = charon;
  }

  /** Loads our table if it is not as it was loaded last. Gives what is to be noted. */
  async ensureTable(
    state: GatewayState & { ikev2: Ikev2State },
    esp: Esp,
    note: Note,
  ): Promise<Pick<Note, 'rendered' | 'listing'>> {
    const { host, files, interfaceName } = this.#machine;
    const ikev2 = state.ikev2.section;
    const rendered = renderIkev2Firewall({ interfaceName, ...state.sections, ikev2, esp });
    const now = await attempt(host, listTable);
    const same = now.code === 0 && !now.fault && now.stdout === note.listing;
    if (same && rendered === note.rendered) return note;
    // In one transaction with the sets, so that nobody who is let in is kept out meanwhile.
    const admitted = this.sessions.admitted(state.ikev2);
    const text = rendered + renderAllAdmitted([...admitted]);
    host.writeAtomic(files.ikev2FirewallStaged, text, 0o600);
    this.#admitted = undefined;
    await run(host, ['nft', '-f', files.ikev2FirewallStaged]);
    this.#admitted = this.#admittedLast = admitted;
    return { rendered, listing: await run(host, listTable) };
  }

  async removeTable(): Promise<void> {
    const { host, files } = this.#machine;
    host.writeAtomic(files.ikev2FirewallStaged, renderNoIkev2Firewall(), 0o600);
    await run(host, ['nft', '-f', files.ikev2FirewallStaged]);
    this.#admitted = undefined;
  }

  /** Asks charon who is connected. */
  async see(): Promise<readonly Association[]> {
    const all = await this.#charon.associations();
    this.sessions.set(all, this.#machine.host.now());
    return all;
  }

  /** Looks at everything that charon has, ends what is nobody's, and sets the sets anew. */
  async look(state: Ikev2State): Promise<readonly Association[]> {
    const all = await this.see();
    await this.admit(state, 'whole');
    await this.#endStrangers(state);
    return all;
  }

  /** Follows what charon says has happened. */
  async follow(happening: Happening, state: Ikev2State): Promise<void> {
    const { kind, associations, old = '' } = happening;
    if (kind === 'child') return;
    const now = this.#machine.host.now();
    for (const association of associations) {
      if (kind === 'up') this.sessions.up(association, now);
      else if (kind === 'down') this.sessions.down(association.uniqueId);
      else this.sessions.rekeyed(old, association, now);
    }
    await this.admit(state);
    if (kind === 'up') await this.#endStrangers(state);
  }

  /** Brings the sets to who is connected and known; `whole`: whatever is in them. */
  async admit(state: Ikev2State | undefined, whole?: 'whole'): Promise<void> {
    const wanted = state ? this.sessions.admitted(state) : new Set<string>();
    const left = [...this.#admittedLast].filter((address) => !wanted.has(address));
    const before = whole ? undefined : this.#admitted;
    const text = before
      ? renderAdmitted(
          'delete',
          [...before].filter((address) => !wanted.has(address)),
        ) +
        renderAdmitted(
          'add',
          [...wanted].filter((address) => !before.has(address)),
        )
      : renderAllAdmitted([...wanted]);
    if (text === '') return;
    this.#admitted = undefined;
    await run(this.#machine.host, ['nft', '-f', '-'], text);
    this.#admitted = this.#admittedLast = wanted;
    // Nor shall flows go on for whoever gets the address next.
    for (const address of left.slice(0, agentLimits.conntrackFlushes))
      await forgetFlows(this.#machine.host, address);
  }

  /**
   * Ends what devices have that the state no longer knows: first no packet of theirs passes, then
   * their tunnels end. What is still open when it fails is known as owed.
   */
  async cutOff({ gone, revision }: Cut, state: Ikev2State | undefined): Promise<void> {
    this.#owed.push(...gone.ikev2.map((device) => ({ device, revision })));
    await this.admit(state);
  }

  /** What can be proven now that the sets are as they shall be. */
  proofs(): Proof[] {
    if (!this.#admitted) return [];
    return this.#owed.splice(0).map(({ device, revision }) => ({
      deviceId: device.id,
      protocol: 'ikev2',
      credential: device.identity,
      revision,
      lastSeenAt: this.sessions.lastSeen(device.identity),
    }));
  }

  /** Ends every session of ours. */
  async endAll(): Promise<void> {
    await this.see();
    for (const { uniqueId } of this.sessions.all()) await this.#charon.terminate(uniqueId);
    this.sessions.set([], 0);
  }

  async #endStrangers(state: Ikev2State): Promise<void> {
    for (const { uniqueId, identity } of this.sessions.strangers(state)) {
      logEvent(this.#machine.host, 'ikev2.ended', { identity });
      await this.#charon.terminate(uniqueId);
      this.sessions.down(uniqueId);
    }
  }
}

// The machine's side of IKEv2: what must be done so that charon, its files and the packet filter
// are at the state. Its callers take turns.

import type { Ikev2Observation } from '../../model/observed-state.ts';
import type { Cut } from '../applier.ts';
import type { Machine } from '../machine.ts';
import type { Proof } from '../receipts.ts';
import type { GatewayState } from '../state.ts';
import { Admission } from './admission.ts';
import { type Association, Charon, type Happening } from './charon.ts';
import { Credentials, type Issuer, type Lists } from './credentials.ts';
import type { Ikev2State } from './devices.ts';
import { filesOf, removeFiles, writeFiles } from './folder.ts';
import { loadAll, loadCredentials } from './loader.ts';
import { blankNote, type Note, readNote, writeNote } from './note.ts';
import { ownEspFault } from './own-esp.ts';
import { Traffic } from './traffic.ts';

export type WithIkev2 = GatewayState & { ikev2: Ikev2State };

function sectionsOf({ sections, ikev2 }: WithIkev2): unknown[] {
  return [ikev2.section, ikev2.passwordsAt, sections.wireguard, sections.firewall];
}

export class Gateway {
  readonly charon: Charon;
  readonly #machine: Machine;
  readonly #prove: (proofs: readonly Proof[]) => void;
  readonly #admission: Admission;
  readonly #credentials: Credentials;
  readonly #traffic = new Traffic();
  /** Undefined when IKEv2 never was set up here. */
  #note: Note | undefined;
  /** When the charon that answers was started. */
  #since = '';
  #version: string | undefined;
  /** Why charon cannot do ESP by itself, where it has to. */
  #ownEspFault: string | undefined;
  /** The sections that charon and the packet filter are at. */
  #reached: unknown[] = [];
  /** Whether charon may lack what it loaded: that it was started shows by the second only. */
  #doubtful = false;

  constructor(machine: Machine, issuer: Issuer, prove: (proofs: readonly Proof[]) => void) {
    this.#machine = machine;
    this.#prove = prove;
    this.charon = new Charon(machine.host, machine.viciSocket);
    this.#admission = new Admission(machine, this.charon);
    this.#credentials = new Credentials(machine, issuer);
  }

  /** Takes up what the run before left. */
  load(): void {
    this.#note = readNote(this.#machine.host, this.#machine.files);
  }

  get isSetUp(): boolean {
    return this.#note !== undefined;
  }

  get version(): string | undefined {
    return this.#version;
  }

  /** Whether nothing but devices without passwords can be new. */
  isAt(state: WithIkev2): boolean {
    return sectionsOf(state).every((section, index) => section === this.#reached[index]);
  }

  /** Something failed, so nobody knows what was reached, nor what a charon has that came back. */
  lost(): void {
    this.#reached = [];
    this.#doubtful = true;
  }

  /** Brings the packet filter, the files and charon to the state. */
  async converge(state: WithIkev2): Promise<void> {
    const { host, swanctlDirectory } = this.#machine;
    const { section, passwords } = state.ikev2;
    const before = this.#note ?? blankNote;
    const stats = await this.charon.stats();
    if (this.#since !== stats.since) this.#version = await this.charon.version();
    this.#since = stats.since;
    // A table that has to be made anew shall let pass who is connected.
    await this.#admission.see();
    // First of all, so that nothing passes before it is known who may.
    const esp = stats.doesEsp ? 'charon' : 'kernel';
    this.#keep(await this.#admission.ensureTable(state, esp, before));
    this.#ownEspFault = stats.doesEsp ? await ownEspFault(host, section.routes) : undefined;
    const authorities = this.#credentials.forgetAuthorities(section, before.authorities);
    this.#keep({ authorities });
    const gateway = await this.#credentials.gateway(section);
    if (gateway) {
      const wanted = filesOf(swanctlDirectory, section, gateway, passwords);
      const loaded = host.sha256(JSON.stringify(wanted));
      const since = stats.since;
      const isLoaded = before.loaded === loaded && before.since === since && !this.#doubtful;
      const isWritten = !writeFiles(this.#machine, wanted);
      if (!isLoaded || !isWritten) await loadAll(this.#machine);
      this.#doubtful = false;
      this.#keep({ loaded, since });
    }
    await this.#look(state.ikev2);
    this.#reached = sectionsOf(state);
  }

  #keep(more: Partial<Note>): void {
    const note = { ...(this.#note ?? blankNote), ...more };
    const isNew = JSON.stringify(note) !== JSON.stringify(this.#note);
    if (isNew) writeNote(this.#machine.host, this.#machine.files, note);
    this.#note = note;
  }

  /** Cuts devices off, at the packet filter first; `thorough`: charon is asked, too. */
  async cutOff(cut: Cut, state: Ikev2State | undefined, thorough: boolean): Promise<void> {
    try {
      await this.#admission.cutOff(cut, state);
    } finally {
      this.#prove(this.#admission.proofs());
    }
    // Not by the sessions that are known: one may have come, or got another number, just now.
    if (state && thorough) await this.#look(state);
  }

  async follow(happening: Happening, state: Ikev2State): Promise<void> {
    this.#count(happening.associations, state);
    await this.#admission.follow(happening, state);
    this.#prove(this.#admission.proofs());
  }

  async #look(state: Ikev2State): Promise<void> {
    this.#count(await this.#admission.look(state), state);
    this.#prove(this.#admission.proofs());
  }

  #count(associations: readonly Association[], state: Ikev2State): Set<string> {
    return this.#traffic.note(associations, state, this.#since, this.#machine.host.now());
  }

  async readTraffic(state: Ikev2State): Promise<ReturnType<Traffic['read']>> {
    return this.#traffic.read(this.#count(await this.charon.associations(), state));
  }

  /** Gets a certificate for the gateway if it wants one. Gives whether one came. */
  async certify({ section }: Ikev2State): Promise<boolean> {
    return this.#credentials.wantsCertificate() && this.#credentials.certify(section);
  }

  /** Fetches the lists of revoked certificates if one is missing or old. */
  async fetchRevocations(state: Ikev2State): Promise<Lists | undefined> {
    const note = this.#note;
    if (!note || !this.#credentials.wantsRevocations(state, note)) return undefined;
    return this.#credentials.fetchRevocations(state, note);
  }

  /** Makes charon judge by the lists that were fetched. */
  async loadRevocations(lists: Lists, state: Ikev2State): Promise<void> {
    await loadCredentials(this.#machine);
    // Charon would go on by the list that it knows.
    await this.charon.flushRevocations();
    this.#keep(lists);
    await this.#look(state);
  }

  /** Leaves nothing of ours; `thorough`: charon is told, too. */
  async tearDown(thorough: boolean): Promise<void> {
    if (!this.#note) return;
    removeFiles(this.#machine);
    this.#credentials.forgetAuthorities(undefined, this.#note.authorities);
    if (thorough) {
      await this.#admission.endAll();
      await loadAll(this.#machine);
    }
    await this.#admission.removeTable();
    this.#machine.host.remove(this.#machine.files.ikev2Note);
    this.#note = undefined;
    this.#reached = [];
  }

  /** What keeps devices out, or will, in words. */
  faults({ section }: Ikev2State): string[] {
    const faults = this.#credentials.faults(section, this.#note ?? blankNote);
    return this.#ownEspFault === undefined ? faults : [...faults, this.#ownEspFault];
  }

  observe(state: Ikev2State): Omit<Ikev2Observation, 'digest'> {
    const { authorities } = this.#note ?? blankNote;
    const ends = state.section.authorities.map(({ id }) => authorities[id] ?? null);
    const known = ends.filter((end) => end !== null);
    return {
      sessions: this.#admission.sessions.devices(state),
      revocationsUntil: known.length === ends.length ? Math.min(...known) : null,
      certificateUntil: this.#credentials.until,
    };
  }
}

// Takes verified documents to the machine: keeps them, applies them, keeps or rolls back. Holds the
// last good state and the truth about what was reached.

import type { DesiredState } from '../model/desired-state.ts';
import { limits } from '../model/limits.ts';
import type { ObservedState } from '../model/observed-state.ts';
import { applyPeers, type Faults, type Reconciled, reconcile } from './apply.ts';
import type { Machine } from './machine.ts';
import {
  cut,
  type GatewayState,
  type Gone,
  goneBetween,
  merge,
  type Reached,
  reachedBy,
  stateFrom,
} from './state.ts';
import type { Store } from './store.ts';

export type Outcome =
  | { kind: 'applied' }
  /** Nothing was touched. `resync`: the whole state is needed to go on. */
  | { kind: 'refused'; reason: string; resync: boolean }
  /** It did not work and the last good state is back. */
  | { kind: 'failed'; faults: Faults };

export interface Surroundings {
  machine: Machine;
  store: Store;
  /** Whether the gateway still reaches what it must reach. */
  selfTest: () => Promise<boolean>;
  /** The interface was made anew. */
  onCreated: () => void;
  /** These are about to be cut off. */
  onGoing: (gone: Gone) => Promise<void>;
  /** Brings IKEv2 to the state, or away. What goes wrong there keeps nothing else from working. */
  applyIkev2: (state: GatewayState | undefined, cut: Cut) => Promise<void>;
  /** WireGuard no longer knows these. */
  onCut: (cut: Cut) => void;
}

/** What was cut off, and by which revision. */
export interface Cut {
  gone: Gone;
  revision: number;
}

interface Candidate {
  document: DesiredState;
  state: GatewayState;
  /** Whether it came just now, and not from the disk after a crash. */
  fresh: boolean;
  gone: Gone;
  undo: () => void;
}

const nothingGone: Gone = { wireguard: [], ikev2: [] };
const unreachable = 'the control plane could not be reached after the change';

function sectionsOf(faults: Faults): ObservedState['sections'] {
  const status = (fault: string | undefined) =>
    fault === undefined
      ? ({ status: 'applied' } as const)
      : ({ status: 'failed', error: fault.slice(0, limits.reportErrorLength) } as const);
  return { wireguard: status(faults.wireguard), firewall: status(faults.firewall) };
}

function both(faults: Faults, rollback: Faults): Faults {
  const all = { ...faults };
  for (const section of ['wireguard', 'firewall'] as const) {
    const fault = rollback[section];
    const before = faults[section] === undefined ? '' : `${faults[section]}; `;
    if (fault !== undefined) all[section] = `${before}rolling back: ${fault}`;
  }
  return all;
}

export class Applier {
  readonly #around: Surroundings;
  #state: GatewayState | undefined;
  #sections: ObservedState['sections'] = {};
  #reached: Reached | undefined;
  /** The newest revision that ever was verified in this run, applied or not. */
  #newest = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The last good state, which is what the machine is at. */
  get state(): GatewayState | undefined {
    return this.#state;
  }

  /** What the machine is at, also while a document is being applied. */
  get reached(): Reached | undefined {
    return this.#reached;
  }

  /** How the last apply of each section ended; empty before the first. */
  get sections(): ObservedState['sections'] {
    return this.#sections;
  }

  /**
   * Takes up what the run before left, finishes what it had begun and brings the machine there.
   * Undefined if there was nothing.
   */
  async resume(
    state: GatewayState | undefined,
    pending: DesiredState | undefined,
  ): Promise<Outcome | undefined> {
    this.#state = state;
    this.#reached = state && reachedBy(state);
    this.#newest = state?.revision ?? 0;
    let outcome = pending && (await this.#accept(pending, false));
    if (!outcome || outcome.kind === 'refused') outcome = await this.reconcile();
    this.#around.store.settle(this.#state);
    return outcome;
  }

  /** Applies a document that was verified just now. */
  accept(document: DesiredState): Promise<Outcome> {
    return this.#accept(document, true);
  }

  /** Brings the machine back to the last good state if it has drifted. */
  async reconcile(): Promise<Outcome | undefined> {
    if (!this.#state) return undefined;
    const { faults } = await this.#reconcile(this.#state);
    await this.#around.applyIkev2(this.#state, { gone: nothingGone, revision: 0 });
    const failed = Object.keys(faults).length > 0;
    // A good reconcile of an old state does not make a newer document's failure undone.
    if (failed || this.#newest === this.#state.revision) this.#sections = sectionsOf(faults);
    return failed ? { kind: 'failed', faults } : { kind: 'applied' };
  }

  async #accept(document: DesiredState, fresh: boolean): Promise<Outcome> {
    const { revision, base } = document;
    if (revision < this.#newest)
      return { kind: 'refused', reason: `revision ${revision} is old`, resync: false };
    if (base !== null && base !== this.#state?.revision)
      return { kind: 'refused', reason: `it starts from revision ${base}`, resync: true };
    this.#newest = revision;
    const whole = base === null;
    const outcome = whole ? this.#acceptWhole(document, fresh) : this.#acceptDelta(document, fresh);
    try {
      return await outcome;
    } finally {
      this.#reached = this.#state && reachedBy(this.#state);
    }
  }

  async #acceptWhole(document: DesiredState, fresh: boolean): Promise<Outcome> {
    const state = stateFrom(document, this.#around.machine.host.sha256);
    if ('refused' in state) return { kind: 'refused', reason: state.refused, resync: true };
    if (fresh) this.#around.store.begin(document);
    const gone = goneBetween(this.#state, state);
    const candidate = { document, state, fresh, gone, undo: () => {} };
    await this.#lastWords(candidate);
    return this.#install(candidate);
  }

  async #acceptDelta(document: DesiredState, fresh: boolean): Promise<Outcome> {
    const { machine, store } = this.#around;
    const state = this.#state;
    if (!state) throw new Error('a delta needs a state to start from');
    if (fresh) store.tidy(state);
    const merged = merge(state, document, machine.host.sha256);
    if ('refused' in merged) return { kind: 'refused', reason: merged.refused, resync: true };
    const { change, gone, undo } = merged;
    const candidate = { document, state, fresh, gone, undo };
    try {
      if (fresh) store.begin(document);
    } catch (error) {
      undo();
      throw error;
    }
    await this.#lastWords(candidate);
    if (!fresh || Object.keys(document.sections).length > 0) return this.#install(candidate);
    const faults = await applyPeers(machine, change);
    return Object.keys(faults).length === 0 ? this.#keep(candidate) : this.#install(candidate);
  }

  async #lastWords({ gone }: Candidate): Promise<void> {
    if (gone.wireguard.length + gone.ikev2.length > 0) await this.#around.onGoing(gone);
  }

  async #install(candidate: Candidate): Promise<Outcome> {
    const { faults, steps } = await this.#reconcile(candidate.state);
    if (Object.keys(faults).length > 0) return this.#rollBack(candidate, faults);
    if (candidate.fresh && steps > 0 && !(await this.#around.selfTest()))
      return this.#rollBack(candidate, { wireguard: unreachable, firewall: unreachable });
    return this.#keep(candidate);
  }

  async #keep({ document, state, fresh, gone }: Candidate): Promise<Outcome> {
    this.#state = state;
    this.#sections = sectionsOf({});
    const cutOff = { gone, revision: document.revision };
    this.#around.onCut(cutOff);
    await this.#around.applyIkev2(state, cutOff);
    // Last, so that after a crash it is all done again.
    if (fresh) this.#around.store.commit(document, state);
    return { kind: 'applied' };
  }

  /** Back to the last good state, but for devices that were cut: those stay cut whatever failed. */
  async #rollBack(candidate: Candidate, faults: Faults): Promise<Outcome> {
    const { machine, store } = this.#around;
    const { gone, document } = candidate;
    candidate.undo();
    if (this.#state) cut(this.#state, gone, machine.host.sha256);
    const back = await this.#reconcile(this.#state);
    const all = both(faults, back.faults);
    this.#sections = sectionsOf(all);
    const cutOff = { gone, revision: document.revision };
    if (back.faults.wireguard === undefined) this.#around.onCut(cutOff);
    await this.#around.applyIkev2(this.#state, cutOff);
    if (gone.wireguard.length + gone.ikev2.length > 0) store.settle(this.#state);
    else if (candidate.fresh) store.abort(document);
    return { kind: 'failed', faults: all };
  }

  async #reconcile(state: GatewayState | undefined): Promise<Reconciled> {
    const result = await reconcile(this.#around.machine, state);
    if (result.created) this.#around.onCreated();
    return result;
  }
}

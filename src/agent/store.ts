// What survives a restart: the last good state as a snapshot plus a journal of deltas, and the
// document that is being applied. A delta costs one line, however many peers there are.

import { z } from 'zod';
import { type DesiredState, desiredStateSchema } from '../model/desired-state.ts';
import type { Files } from './files.ts';
import type { Host } from './host.ts';
import { agentLimits } from './limits.ts';
import { documentOf, type GatewayState, merge, stateFrom } from './state.ts';

const entrySchema = z.union([
  z.strictObject({ begin: desiredStateSchema }),
  z.strictObject({ commit: z.int() }),
  z.strictObject({ abort: z.int() }),
]);
type Entry = z.infer<typeof entrySchema>;

export interface Loaded {
  /** The last good state. */
  state: GatewayState | undefined;
  /** A document that was accepted, but not known to be applied when the agent ended. */
  pending: DesiredState | undefined;
  /** What could not be read and was left out. */
  problems: string[];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWhole(document: DesiredState): boolean {
  return document.base === null;
}

export class Store {
  readonly #host: Host;
  readonly #files: Files;
  readonly #gatewayId: string;
  /** Lines in the journal, or undefined when it may end in a torn line and must be rewritten. */
  #lines: number | undefined;

  constructor(host: Host, files: Files, gatewayId: string) {
    this.#host = host;
    this.#files = files;
    this.#gatewayId = gatewayId;
  }

  /** Reads what is kept and changes nothing. */
  load(): Loaded {
    const problems: string[] = [];
    const snapshot = this.#document(this.#files.snapshot, problems);
    const state = snapshot && stateFrom(snapshot, this.#host.sha256);
    if (state && 'refused' in state) {
      problems.push(`${this.#files.snapshot}: ${state.refused}`);
      return { state: undefined, pending: undefined, problems };
    }
    const delta = state && this.#replay(state, problems);
    const whole = this.#document(this.#files.pending, problems);
    const newer = whole && whole.revision >= (state?.revision ?? 0);
    return { state, pending: newer ? whole : delta, problems };
  }

  /** Rewrites a journal that is long or may be torn. To be called with the last good state. */
  tidy(state: GatewayState): void {
    if (this.#lines === undefined || this.#lines >= agentLimits.journalLines) this.settle(state);
  }

  /** Keeps a document that is about to be applied. */
  begin(document: DesiredState): void {
    if (!isWhole(document)) this.#append({ begin: document });
    else this.#host.writeAtomic(this.#files.pending, JSON.stringify(document), 0o600);
  }

  /** The document is applied: `state`, which includes it, is the last good one from now on. */
  commit(document: DesiredState, state: GatewayState): void {
    if (isWhole(document)) this.settle(state);
    else this.#append({ commit: document.revision });
  }

  /** The document could not be applied and is forgotten. */
  abort(document: DesiredState): void {
    if (isWhole(document)) this.#host.remove(this.#files.pending);
    else this.#append({ abort: document.revision });
  }

  /** Makes a state the snapshot and forgets everything else. */
  settle(state: GatewayState | undefined): void {
    if (state) {
      const document = documentOf(state, this.#gatewayId);
      this.#host.writeAtomic(this.#files.snapshot, JSON.stringify(document), 0o600);
    }
    // A crash before these leaves entries that are not newer than the snapshot: load skips them.
    this.#host.remove(this.#files.pending);
    this.#host.remove(this.#files.journal);
    this.#lines = 0;
  }

  #append(entry: Entry): void {
    const lines = this.#lines ?? 0;
    this.#lines = undefined;
    this.#host.appendText(this.#files.journal, `${JSON.stringify(entry)}\n`);
    this.#lines = lines + 1;
  }

  #document(path: string, problems: string[]): DesiredState | undefined {
    const text = this.#host.readText(path);
    if (text === undefined) return undefined;
    const document = desiredStateSchema.safeParse(parseJson(text));
    if (document.success && document.data.gatewayId === this.#gatewayId) return document.data;
    problems.push(`${path} is damaged`);
    return undefined;
  }

  /** Brings the state to the journal's last commit and gives the delta begun after it, if any. */
  #replay(state: GatewayState, problems: string[]): DesiredState | undefined {
    const lines = (this.#host.readText(this.#files.journal) ?? '').split('\n');
    let begun: DesiredState | undefined;
    // What follows the last line break is empty, or torn by a crash and never was acted upon.
    for (const line of lines.slice(0, -1)) {
      const entry = entrySchema.safeParse(parseJson(line)).data;
      if (!entry) {
        problems.push(`${this.#files.journal} is damaged; its tail is left out`);
        return undefined;
      }
      if ('begin' in entry) begun = entry.begin;
      else if ('abort' in entry) begun = undefined;
      else if (begun?.revision === entry.commit && begun.base === state.revision) {
        const merged = merge(state, begun, this.#host.sha256);
        if ('refused' in merged) problems.push(`${this.#files.journal}: ${merged.refused}`);
        begun = undefined;
      }
    }
    return begun?.base === state.revision ? begun : undefined;
  }
}

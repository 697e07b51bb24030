// Traffic of devices as differences, so that a new interface whose counters begin at zero loses
// nothing. A difference is written down as part of a numbered report before the report is sent, and
// sent with the same number until it is accepted: whatever gets lost on the way, and whenever the
// agent is killed, the control plane can count each byte once.

import { z } from 'zod';
import { toHex } from '../model/encoding.ts';
import { limits } from '../model/limits.ts';
import {
  type PeerObservation,
  peerObservationSchema,
  type Traffic,
  trafficSchema,
} from '../model/observed-state.ts';
import type { Host } from './host.ts';
import { childPrefix } from './ikev2/traffic.ts';
import { agentLimits } from './limits.ts';
import type { PeerStatus } from './linux.ts';

/** Received and sent bytes of a public key, as they stood when they were taken up. */
type Mark = [received: number, sent: number];

const marksSchema = z.record(z.string(), z.tuple([z.int().min(0), z.int().min(0)]));
const peersSchema = z.array(peerObservationSchema);
/** The beginning of a file: which run it is, and its last report that needs no sending. */
const headSchema = trafficSchema.extend({ report: z.int().min(0) });
/** What devices did that are about to go. */
const leftSchema = z.strictObject({ left: peersSchema, marks: marksSchema });
/** A report, before it is sent for the first time; it takes up the first `taken` who left. */
const reportSchema = z.strictObject({
  report: z.int().min(1),
  peers: peersSchema,
  taken: z.int().min(0),
  marks: marksSchema,
});
/** All that a file of an earlier version holds. */
const bareSchema = marksSchema.transform((bare) => ({ bare }));
const lineSchema = z.union([headSchema, leftSchema, reportSchema, bareSchema]);
type Line = z.infer<typeof lineSchema>;

export interface Reading {
  traffic: Traffic;
  peers: PeerObservation[];
}

type Peers = ReadonlyMap<string, PeerStatus>;

function since(now: number, mark: number): number {
  return now >= mark ? now - mark : now;
}

/** What devices did, by their ids: one may have both protocols, and several sessions. */
type Tally = Map<string, PeerObservation>;

function add(tally: Tally, more: PeerObservation): void {
  const before = tally.get(more.id);
  if (!before) {
    tally.set(more.id, more);
    return;
  }
  tally.set(more.id, {
    id: more.id,
    latestHandshake: Math.max(before.latestHandshake, more.latestHandshake),
    receivedBytes: before.receivedBytes + more.receivedBytes,
    sentBytes: before.sentBytes + more.sentBytes,
  });
}

/** The lines of a file; undefined when one of them, other than a torn last one, is damaged. */
function parseLines(text: string): { lines: Line[]; torn: boolean } | undefined {
  const parts = text.split('\n');
  const torn = parts.pop() !== '';
  try {
    return { lines: parts.map((part) => lineSchema.parse(JSON.parse(part))), torn };
  } catch {
    return undefined;
  }
}

export class Counters {
  readonly #host: Host;
  readonly #path: string;
  #run = '';
  /** The number of the last report that was written down. */
  #report = 0;
  /** That report, until it is accepted. */
  #pending: PeerObservation[] | undefined;
  /** What devices did that are gone, and no report says yet. */
  #left: PeerObservation[] = [];
  /** By public key; those reported longest ago come first. */
  #marks = new Map<string, Mark>();
  /** Whether nothing is known of what the kernel counted before: it may have been reported. */
  #strange = false;
  #lines = 0;
  /** Whether the file lacks what is here: then it is rewritten before anything is said of it. */
  #unsaved = false;

  constructor(host: Host, path: string) {
    this.#host = host;
    this.#path = path;
  }

  /** Takes up what the run before left. A file that is missing or damaged begins a new run. */
  load(): void {
    const text = this.#host.readText(this.#path);
    const file = text === undefined ? undefined : parseLines(text);
    for (const line of file?.lines ?? []) this.#replay(line);
    this.#lines = file?.lines.length ?? 0;
    this.#strange = this.#lines === 0;
    // Without a run the file is of an earlier version; behind a torn line nothing may be appended.
    this.#unsaved = this.#run === '' || file?.torn === true;
    this.#run ||= toHex(this.#host.random(16));
  }

  /** WireGuard's interface is new: there everything counts from zero. */
  reset(): void {
    for (const key of this.#marks.keys()) if (!key.startsWith(childPrefix)) this.#marks.delete(key);
    this.#strange = false;
    this.#rewrite();
  }

  /** Takes up what these devices did, before they go. */
  leave(peers: Peers, going: readonly { id: string; publicKey: string }[]): void {
    if (this.#strange) this.#begin(peers);
    const tally: Tally = new Map();
    const marks = new Map<string, Mark>();
    for (const { id, publicKey } of going) this.#take(id, publicKey, peers, tally, marks);
    const left = [...tally.values()];
    if (left.length === 0) return;
    this.#left.push(...left);
    this.#mark(marks);
    this.#save({ left, marks: Object.fromEntries(marks) });
  }

  /**
   * What devices did since they were last taken up, those that waited longest first; or again what
   * was not accepted yet. Undefined when there is nothing to say.
   */
  read(peers: Peers, owners: ReadonlyMap<string, string>): Reading | undefined {
    if (this.#strange) this.#begin(peers);
    if (!this.#pending) this.#assign(peers, owners);
    else if (this.#unsaved) this.#rewrite();
    const traffic = { run: this.#run, report: this.#report };
    return this.#pending && { traffic, peers: this.#pending };
  }

  /** The report that `read` gave last was accepted. */
  accept(): void {
    this.#pending = undefined;
  }

  #assign(peers: Peers, owners: ReadonlyMap<string, string>): void {
    for (const key of this.#marks.keys()) if (!peers.has(key)) this.#marks.delete(key);
    const taken = Math.min(this.#left.length, limits.peersPerReport);
    const tally: Tally = new Map();
    for (const observation of this.#left.slice(0, taken)) add(tally, observation);
    const marks = new Map<string, Mark>();
    const fresh = [...peers.keys()].filter((key) => !this.#marks.has(key));
    for (const key of [...fresh, ...this.#marks.keys()]) {
      if (tally.size >= limits.peersPerReport) break;
      const id = owners.get(key);
      if (id !== undefined) this.#take(id, key, peers, tally, marks);
    }
    const said = [...tally.values()];
    if (said.length === 0) return;
    this.#left.splice(0, taken);
    this.#report++;
    this.#pending = said;
    this.#mark(marks);
    const line = { report: this.#report, peers: said, taken, marks: Object.fromEntries(marks) };
    this.#save(line);
  }

  #take(id: string, key: string, peers: Peers, tally: Tally, marks: Map<string, Mark>): void {
    const status = peers.get(key);
    if (!status) return;
    const [received, sent] = this.#marks.get(key) ?? [0, 0];
    const receivedBytes = since(status.receivedBytes, received);
    const sentBytes = since(status.sentBytes, sent);
    if (receivedBytes === 0 && sentBytes === 0) return;
    add(tally, { id, latestHandshake: status.latestHandshake, receivedBytes, sentBytes });
    marks.set(key, [status.receivedBytes, status.sentBytes]);
  }

  /** Counts from where the kernel is. */
  #begin(peers: Peers): void {
    for (const [key, { receivedBytes, sentBytes }] of peers)
      this.#marks.set(key, [receivedBytes, sentBytes]);
    this.#strange = false;
    this.#rewrite();
  }

  #mark(marks: Iterable<[string, Mark]>): void {
    for (const [key, mark] of marks) {
      this.#marks.delete(key);
      this.#marks.set(key, mark);
    }
  }

  #replay(line: Line): void {
    if ('run' in line) {
      this.#run = line.run;
      this.#report = line.report;
      return;
    }
    this.#mark(Object.entries('bare' in line ? line.bare : line.marks));
    if ('left' in line) this.#left.push(...line.left);
    if (!('taken' in line)) return;
    // Whether it was accepted is not written down: sent again it is known by its number.
    this.#left.splice(0, line.taken);
    this.#report = line.report;
    this.#pending = line.peers;
  }

  #save(line: z.input<typeof leftSchema> | z.input<typeof reportSchema>): void {
    if (this.#unsaved || this.#lines >= agentLimits.counterLines) {
      this.#rewrite();
      return;
    }
    this.#unsaved = true;
    this.#host.appendText(this.#path, `${JSON.stringify(line)}\n`);
    this.#unsaved = false;
    this.#lines++;
  }

  #rewrite(): void {
    const peers = this.#pending;
    const report = peers ? this.#report - 1 : this.#report;
    const lines: z.input<typeof lineSchema>[] = [
      { run: this.#run, report },
      Object.fromEntries(this.#marks),
    ];
    if (peers) lines.push({ report: this.#report, peers, taken: 0, marks: {} });
    if (this.#left.length > 0) lines.push({ left: this.#left, marks: {} });
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    this.#unsaved = true;
    this.#host.writeAtomic(this.#path, text, 0o600);
    this.#unsaved = false;
    this.#lines = lines.length;
  }
}

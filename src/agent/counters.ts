// Traffic of devices as differences since the last report that was accepted, so that a lost report
// loses no bytes, and neither does a new interface whose counters begin at zero.

import { z } from 'zod';
import { limits } from '../model/limits.ts';
import type { PeerObservation } from '../model/observed-state.ts';
import type { Host } from './host.ts';
import { agentLimits } from './limits.ts';
import type { PeerStatus } from './linux.ts';

const lineSchema = z.record(z.string(), z.tuple([z.int().min(0), z.int().min(0)]));

/** Received and sent bytes as they stood when they were last reported. */
type Mark = readonly [received: number, sent: number];

export interface Reading {
  observations: PeerObservation[];
  /** To hand to `accept` when the report got through. */
  marks: Map<string, Mark>;
}

function since(now: number, mark: number): number {
  return now >= mark ? now - mark : now;
}

export class Counters {
  readonly #host: Host;
  readonly #path: string;
  /** By public key; those reported longest ago come first. */
  #marks = new Map<string, Mark>();
  #lines = 0;

  constructor(host: Host, path: string) {
    this.#host = host;
    this.#path = path;
  }

  /** Takes up the marks of the run before. Damaged lines are left out. */
  load(): void {
    const lines = (this.#host.readText(this.#path) ?? '').split('\n');
    let whole = lines.pop() === '';
    for (const line of lines) {
      try {
        const marks = lineSchema.parse(JSON.parse(line));
        for (const [key, mark] of Object.entries(marks)) this.#marks.set(key, mark);
      } catch {
        whole = false;
      }
    }
    // Behind a torn line nothing may be appended: the next report rewrites the file.
    this.#lines = whole ? lines.length : agentLimits.counterLines;
  }

  /** The interface is new: everything counts from zero. */
  reset(): void {
    this.#marks.clear();
    this.#lines = 0;
    this.#host.remove(this.#path);
  }

  /** What devices did since they were last reported, those that waited longest first. */
  read(peers: ReadonlyMap<string, PeerStatus>, owners: ReadonlyMap<string, string>): Reading {
    const reading: Reading = { observations: [], marks: new Map() };
    const fresh = [...peers.keys()].filter((key) => !this.#marks.has(key));
    for (const key of [...fresh, ...this.#marks.keys()]) {
      if (reading.observations.length >= limits.peersPerReport) break;
      const status = peers.get(key);
      const id = owners.get(key);
      if (!status || id === undefined) continue;
      const [received, sent] = this.#marks.get(key) ?? [0, 0];
      const receivedBytes = since(status.receivedBytes, received);
      const sentBytes = since(status.sentBytes, sent);
      if (receivedBytes === 0 && sentBytes === 0) continue;
      const { latestHandshake } = status;
      reading.observations.push({ id, latestHandshake, receivedBytes, sentBytes });
      reading.marks.set(key, [status.receivedBytes, status.sentBytes]);
    }
    return reading;
  }

  /** The report of this reading was accepted: its devices count from there on. */
  accept({ marks }: Reading, peers: ReadonlyMap<string, PeerStatus>): void {
    if (marks.size === 0) return;
    for (const [key, mark] of marks) {
      this.#marks.delete(key);
      this.#marks.set(key, mark);
    }
    if (this.#lines < agentLimits.counterLines) {
      this.#host.appendText(this.#path, `${JSON.stringify(Object.fromEntries(marks))}\n`);
      this.#lines++;
      return;
    }
    for (const key of this.#marks.keys()) if (!peers.has(key)) this.#marks.delete(key);
    const all = JSON.stringify(Object.fromEntries(this.#marks));
    this.#host.writeAtomic(this.#path, `${all}\n`, 0o600);
    this.#lines = 1;
  }
}

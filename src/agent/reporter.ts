// What goes into reports, and what must be kept until one of them was answered: traffic of devices,
// and proofs that they were cut off.

import type { ObservedState, ReportReply } from '../model/observed-state.ts';
import { Alarm } from './alarm.ts';
import type { ControlPlane } from './api.ts';
import type { Cut } from './applier.ts';
import { Counters, type Reading } from './counters.ts';
import type { Ikev2 } from './ikev2/service.ts';
import { agentLimits } from './limits.ts';
import { logEvent, messageOf } from './log.ts';
import type { Machine } from './machine.ts';
import { observeWireguard } from './observe.ts';
import type { Receipts } from './receipts.ts';
import { buildReport, readVersions, type Versions } from './report.ts';
import type { GatewayState, Gone, Reached } from './state.ts';
import { Turns } from './turns.ts';

export interface Occasion {
  withTraffic: boolean;
  state: GatewayState | undefined;
  reached: Reached | undefined;
  /** How WireGuard and the firewall are. */
  sections: ObservedState['sections'];
}

export class Reporter {
  readonly #machine: Machine;
  readonly #controlPlane: ControlPlane;
  readonly #counters: Counters;
  readonly #receipts: Receipts;
  readonly #ikev2: Ikev2;
  readonly #alarm: Alarm;
  readonly #turns = new Turns();
  #versions: Versions | undefined;
  /** When a peer that is about to go was last heard of, by public key; Unix milliseconds. */
  readonly #lastSeen = new Map<string, number>();
  /** Something happened that the control plane does not know yet. */
  news = false;

  constructor(machine: Machine, controlPlane: ControlPlane, receipts: Receipts, ikev2: Ikev2) {
    this.#machine = machine;
    this.#controlPlane = controlPlane;
    this.#receipts = receipts;
    this.#ikev2 = ikev2;
    this.#counters = new Counters(machine.host, machine.files.counters);
    this.#alarm = new Alarm(machine.host);
  }

  /** Takes up what the run before left. */
  async load(): Promise<void> {
    this.#versions = await readVersions(this.#machine.host);
    this.#counters.load();
    this.#receipts.load();
  }

  /** Milliseconds until a report with traffic is due. */
  left(): number {
    return this.#alarm.left();
  }

  /** WireGuard's counters began anew. */
  interfaceMade(): void {
    this.#counters.reset();
  }

  /** Reports one after the other, so that what is known last is also said last. */
  report(occasion: Occasion): Promise<ReportReply | { failed: string } | undefined> {
    return this.#turns.take(() => this.#report(occasion));
  }

  async #report(occasion: Occasion): Promise<ReportReply | { failed: string } | undefined> {
    const { withTraffic, state, reached, sections } = occasion;
    if (!this.#versions) return undefined;
    const { news } = this;
    this.news = false;
    const reading = withTraffic ? await this.#readTraffic(state) : undefined;
    if (withTraffic) this.#alarm.set(agentLimits.reportMilliseconds);
    const receipts = this.#receipts.next();
    const { status, version: strongswan } = this.#ikev2;
    const digest = reached?.ikev2Digest;
    const ikev2 = digest === undefined ? undefined : this.#ikev2.observation(digest);
    const report = buildReport(
      reached,
      { ...sections, ...(status ? { ikev2: status } : {}) },
      { ...this.#versions, ...(strongswan === undefined ? {} : { strongswan }) },
      {
        ...reading,
        ...(ikev2 ? { ikev2 } : {}),
        ...(receipts.length > 0 ? { receipts } : {}),
      },
    );
    const answer = await this.#controlPlane.report(report);
    if (answer.kind === 'failed') {
      this.news ||= news;
      return { failed: answer.reason };
    }
    if (reading) this.#counters.accept();
    this.#receipts.answered(receipts.length);
    this.news ||= this.#receipts.next().length > 0;
    return answer.reply;
  }

  async #readTraffic(state: GatewayState | undefined): Promise<Reading | undefined> {
    const status = state && (await observeWireguard(this.#machine));
    if (!status) return undefined;
    const more = await this.#ikev2.traffic();
    const peers = more ? new Map([...status.peers, ...more.peers]) : status.peers;
    const owners = more ? new Map([...state.owners, ...more.owners]) : state.owners;
    return this.#count(() => this.#counters.read(peers, owners));
  }

  /** What devices did is worth keeping, but it keeps nobody from being cut off. */
  async lastWords({ wireguard: going }: Gone, state: GatewayState | undefined): Promise<void> {
    this.#lastSeen.clear();
    // To read one counter takes reading all: a change is not to cost more where there are many.
    if (going.length === 0 || (state?.peers.size ?? 0) > agentLimits.lastWordsPeers) return;
    await this.#count(async () => {
      const status = await observeWireguard(this.#machine);
      if (!status) return;
      for (const { publicKey } of going) {
        const seconds = status.peers.get(publicKey)?.latestHandshake ?? 0;
        if (seconds > 0) this.#lastSeen.set(publicKey, seconds * 1000);
      }
      this.#counters.leave(status.peers, going);
    });
  }

  /** Signs that WireGuard knows these no more. */
  prove({ gone, revision }: Cut): void {
    this.#receipts.add(
      gone.wireguard.map(({ id, publicKey }) => ({
        deviceId: id,
        protocol: 'wireguard',
        credential: publicKey,
        revision,
        lastSeenAt: this.#lastSeen.get(publicKey) ?? null,
      })),
    );
  }

  /** Without a disk that can be written, the gateway still says how it is. */
  async #count<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      logEvent(this.#machine.host, 'counters.failed', { reason: messageOf(error) });
      return undefined;
    }
  }
}

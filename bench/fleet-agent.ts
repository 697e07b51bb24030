// A gateway that speaks the agent protocol and does nothing else: watch, "apply", report.

import { setTimeout as sleep } from 'node:timers/promises';
import { agentLimits } from '../src/agent/limits.ts';
import { type DesiredState, emptyPeerDigest } from '../src/model/desired-state.ts';
import { limits } from '../src/model/limits.ts';
import type { TestGateway } from '../test/contract/plane.ts';
import { type Answer, Connection, type Question } from './fleet-connection.ts';
import { openSocket, type SocketLine } from './fleet-socket.ts';

export interface FleetHabits {
  /** How long one watch is held open, in seconds; 0 polls, `socket` is told of revisions. */
  watch: number | 'socket';
  /** Between two polls. */
  pollMilliseconds: number;
  /** How long a change takes to apply before it is reported. */
  applyMilliseconds: number;
}

/** `performance.now()` when the document of at least this revision came. */
type Listener = (revision: number, at: number) => void;

const renewBeforeMilliseconds = 60_000;

function contentOf(document: string): Pick<DesiredState, 'revision' | 'peerDigest'> {
  const [, payload = ''] = document.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

export class FleetAgent {
  readonly tenantId: string;
  readonly gateway: TestGateway;
  /** Questions answered with an error or not at all. */
  failures = 0;
  lastFailure = '';
  revision: number | undefined;
  /** The revision of its last report that was accepted. */
  reported: number | undefined;
  onDocument: Listener = () => undefined;
  readonly #url: string;
  readonly #connection: Connection;
  readonly #habits: FleetHabits;
  #token = { text: '', renewAt: 0 };
  #peerDigest = emptyPeerDigest;
  #line: SocketLine | undefined;
  /** When the report is due that was asked to wait, by `performance.now()`. */
  #reportAt = Number.POSITIVE_INFINITY;
  #ended = false;

  constructor(url: string, tenantId: string, gateway: TestGateway, habits: FleetHabits) {
    this.tenantId = tenantId;
    this.gateway = gateway;
    this.#url = url;
    this.#connection = new Connection(url);
    this.#habits = habits;
  }

  /** The token that it signed for itself, renewed before it expires. */
  async token(): Promise<string> {
    if (Date.now() >= this.#token.renewAt) {
      const text = await this.gateway.token();
      const lifetime = limits.agentTokenLifetimeSeconds * 1000;
      this.#token = { text, renewAt: Date.now() + lifetime - renewBeforeMilliseconds };
    }
    return this.#token.text;
  }

  async ask(question: Omit<Question, 'token'>): Promise<Answer> {
    const whole = { ...question, token: await this.token() };
    try {
      return await this.#connection.ask(whole);
    } catch (error) {
      // As the agent does: a kept connection may be closed just then, and a GET may be repeated.
      if (question.method !== 'GET' || this.#ended) throw error;
      return this.#connection.ask(whole);
    }
  }

  /**
   * One question for newer state.
   * @returns for how many milliseconds the report about it shall wait; undefined without any
   */
  async poll(waitSeconds: number): Promise<number | undefined> {
    const since = this.revision === undefined ? '' : `since=${this.revision}&`;
    const path = `/v1/agent/state?${since}wait=${waitSeconds}`;
    const { status, body, reportAfter } = await this.ask({ method: 'GET', path });
    if (status === 204) return undefined;
    if (status !== 200) throw new Error(`state: ${status} ${body.slice(0, 200)}`);
    const { revision, peerDigest } = contentOf(body);
    this.revision = revision;
    this.#peerDigest = peerDigest;
    this.onDocument(revision, performance.now());
    return reportAfter;
  }

  async report(): Promise<void> {
    const { revision } = this;
    const body = JSON.stringify({
      revision: revision ?? 0,
      sections: { wireguard: { status: 'applied' }, firewall: { status: 'applied' } },
      peerDigest: this.#peerDigest,
      peerCount: 0,
      versions: { agent: 'fleet' },
      peers: [],
    });
    const reply = await this.ask({ method: 'POST', path: '/v1/agent/report', body });
    if (reply.status !== 200) throw new Error(`report: ${reply.status} ${reply.body}`);
    this.reported = revision;
  }

  /** Watches until it is ended, and reports after each change. */
  async run(): Promise<void> {
    while (!this.#ended) {
      try {
        await (this.#habits.watch === 'socket'
          ? this.#listen()
          : this.#turn(this.#habits.watch, this.#habits.watch === 0));
      } catch (error) {
        if (this.#ended) return;
        this.failures++;
        this.lastFailure = error instanceof Error ? error.message : String(error);
        await sleep(1000 * (0.5 + Math.random()));
      }
    }
  }

  /** Milliseconds until a report is due. */
  #untilReport(): number {
    return Math.max(0, this.#reportAt - performance.now());
  }

  async #reportIfDue(): Promise<void> {
    if (this.#untilReport() > 0 || this.#ended) return;
    this.#reportAt = Number.POSITIVE_INFINITY;
    await this.report();
  }

  async #turn(waitSeconds: number, pauses: boolean): Promise<void> {
    const wait = Math.min(waitSeconds, Math.ceil(this.#untilReport() / 1000));
    const reportAfter = await this.poll(wait);
    const { applyMilliseconds, pollMilliseconds } = this.#habits;
    if (reportAfter !== undefined) {
      const isShort = reportAfter < agentLimits.reportHeldLeastMilliseconds;
      await sleep(applyMilliseconds + (isShort ? reportAfter : 0));
      this.#reportAt = performance.now() + (isShort ? 0 : reportAfter);
    } else if (pauses) await sleep(pollMilliseconds);
    await this.#reportIfDue();
  }

  /** Holds a socket until it ends, and fetches what it is told of. */
  async #listen(): Promise<void> {
    let told = 0;
    let wake = (): void => undefined;
    const hear = (revision: number): void => {
      told = Math.max(told, revision);
      wake();
    };
    // The socket is all that is held while nothing happens.
    this.#connection.close();
    const line = await openSocket(this.#url, await this.token(), hear);
    this.#line = line;
    const ended = line.ended.then((reason) => {
      if (!this.#ended) throw new Error(`the socket: ${reason}`);
    });
    // It may end while nobody waits for that; whoever waits next is told.
    ended.catch(() => undefined);
    while (!this.#ended) {
      if (told > (this.revision ?? 0)) await this.#turn(0, false);
      this.#connection.close();
      const next = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (told > (this.revision ?? 0)) continue;
      const due = this.#untilReport();
      const later = Number.isFinite(due) ? [sleep(due)] : [];
      await Promise.race([next, ended, ...later]);
      await this.#reportIfDue();
    }
  }

  end(): void {
    this.#ended = true;
    this.#connection.close();
    this.#line?.close();
  }
}

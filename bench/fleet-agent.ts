// A gateway that speaks the agent protocol and does nothing else: watch, "apply", report.

import { setTimeout as sleep } from 'node:timers/promises';
import { type DesiredState, emptyPeerDigest } from '../src/model/desired-state.ts';
import { limits } from '../src/model/limits.ts';
import type { TestGateway } from '../test/contract/plane.ts';
import { type Answer, Connection, type Question } from './fleet-connection.ts';

export interface FleetTimes {
  /** How long one watch is held open, in seconds; 0 polls. */
  waitSeconds: number;
  /** Between two polls, and how long a change takes to apply before it is reported. */
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
  onDocument: Listener = () => undefined;
  readonly #connection: Connection;
  readonly #times: FleetTimes;
  #token = { text: '', renewAt: 0 };
  #peerDigest = emptyPeerDigest;
  #ended = false;

  constructor(url: string, tenantId: string, gateway: TestGateway, times: FleetTimes) {
    this.tenantId = tenantId;
    this.gateway = gateway;
    this.#connection = new Connection(url);
    this.#times = times;
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

  forgetToken(): void {
    this.#token = { text: '', renewAt: 0 };
  }

  async ask(question: Omit<Question, 'token'>): Promise<Answer> {
    return this.#connection.ask({ ...question, token: await this.token() });
  }

  /** One question for newer state. Gives whether there was any. */
  async poll(waitSeconds: number): Promise<boolean> {
    const since = this.revision === undefined ? '' : `since=${this.revision}&`;
    const path = `/v1/agent/state?${since}wait=${waitSeconds}`;
    const { status, body } = await this.ask({ method: 'GET', path });
    if (status === 204) return false;
    if (status !== 200) throw new Error(`state: ${status} ${body.slice(0, 200)}`);
    const { revision, peerDigest } = contentOf(body);
    this.revision = revision;
    this.#peerDigest = peerDigest;
    this.onDocument(revision, performance.now());
    return true;
  }

  async report(): Promise<void> {
    const body = JSON.stringify({
      revision: this.revision ?? 0,
      sections: { wireguard: { status: 'applied' }, firewall: { status: 'applied' } },
      peerDigest: this.#peerDigest,
      peerCount: 0,
      versions: { agent: 'fleet' },
      peers: [],
    });
    const reply = await this.ask({ method: 'POST', path: '/v1/agent/report', body });
    if (reply.status !== 200) throw new Error(`report: ${reply.status} ${reply.body}`);
  }

  /** Watches until it is ended, and reports after each change. */
  async run(): Promise<void> {
    const { waitSeconds, applyMilliseconds } = this.#times;
    while (!this.#ended) {
      try {
        const changed = await this.poll(waitSeconds);
        if (changed || waitSeconds === 0) await sleep(applyMilliseconds);
        if (changed && !this.#ended) await this.report();
      } catch (error) {
        if (this.#ended) return;
        this.failures++;
        this.lastFailure = error instanceof Error ? error.message : String(error);
        await sleep(1000 * (0.5 + Math.random()));
      }
    }
  }

  end(): void {
    this.#ended = true;
    this.#connection.close();
  }
}

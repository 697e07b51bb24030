// IKEv2 on this gateway: follows the state and charon, and looks after what fails. Nothing that
// goes wrong here keeps WireGuard from working.

import { limits } from '../../model/limits.ts';
import type { Ikev2Observation, SectionStatus } from '../../model/observed-state.ts';
import { Alarm, backoff } from '../alarm.ts';
import type { Cut } from '../applier.ts';
import { agentLimits } from '../limits.ts';
import { logEvent, messageOf } from '../log.ts';
import type { Machine } from '../machine.ts';
import type { Proof } from '../receipts.ts';
import type { GatewayState } from '../state.ts';
import { Bell, Turns } from '../turns.ts';
import type { Listener } from './charon.ts';
import type { Issuer } from './credentials.ts';
import { Gateway, type WithIkev2 } from './gateway.ts';
import { CharonError } from './line.ts';
import { Reviver } from './loader.ts';
import { Settings } from './settings.ts';
import type { Traffic } from './traffic.ts';

export interface Around {
  machine: Machine;
  issuer: Issuer;
  /** These are cut off. */
  prove: (proofs: readonly Proof[]) => void;
  /** The control plane is to hear of something soon. */
  onNews: () => Promise<void>;
}

function has(state: GatewayState | undefined): state is WithIkev2 {
  return state?.ikev2 !== undefined;
}

/** What a state makes the agent ask for: lists of its authorities, and a certificate. */
function wantedOf({ ikev2: { section, revocations } }: WithIkev2): string {
  const { authorities, certificate } = section;
  return [revocations, certificate === null, ...authorities.map(({ id }) => id)].join(' ');
}

export class Ikev2 {
  readonly #around: Around;
  readonly #machine: Machine;
  readonly #gateway: Gateway;
  readonly #settings: Settings;
  readonly #reviver: Reviver;
  readonly #turns = new Turns();
  readonly #bell = new Bell();
  readonly #looking: Alarm;
  /** When to ask the control plane again for what it did not give. */
  readonly #refreshing: Alarm;
  #state: GatewayState | undefined;
  #listener: Listener | undefined;
  #hearing: ReturnType<Listener['hear']> | undefined;
  #fault: string | undefined;
  /** Whether charon does not answer, so that nobody waits for it but the one who revives it. */
  #broken = false;
  #failures = 0;
  /** What there was to ask the control plane for when it was asked last. */
  #asked = '';
  #ended = false;
  #announced = '';

  constructor(around: Around) {
    this.#around = around;
    this.#machine = around.machine;
    this.#gateway = new Gateway(around.machine, around.issuer, around.prove);
    this.#settings = new Settings(this.#machine);
    this.#reviver = new Reviver(this.#machine, this.#settings);
    this.#looking = new Alarm(this.#machine.host);
    this.#refreshing = new Alarm(this.#machine.host);
  }

  /** Takes up what the run before left. */
  load(): void {
    this.#gateway.load();
  }

  /** Cuts off what is gone, then brings everything to the state. Never rejects. */
  async apply(state: GatewayState | undefined, cut: Cut): Promise<void> {
    this.#state = state;
    if (!has(state) && !this.#gateway.isSetUp) return;
    await this.#turns.take(async () => {
      try {
        await this.#applied(state, cut);
      } catch (error) {
        this.#failed(error);
        // Whoever follows charon asks it anew then, and revives it: that takes its time.
        if (error instanceof CharonError) this.#quit();
      }
    });
    this.#bell.ring();
  }

  async #applied(state: GatewayState | undefined, cut: Cut): Promise<void> {
    if (cut.gone.ikev2.length > 0) await this.#gateway.cutOff(cut, state?.ikev2, !this.#broken);
    if (!has(state)) {
      this.#quit();
      await this.#gateway.tearDown(!this.#broken);
      this.#settings.remove();
      this.#fault = undefined;
    } else if (!this.#broken && (cut.revision === 0 || !this.#gateway.isAt(state)))
      await this.#converge(state);
  }

  /** Does something when it is its turn, with the state as it is then, if there still is one. */
  #inTurn(work: (state: WithIkev2) => Promise<void>): Promise<void> {
    return this.#turns.take(async () => {
      if (has(this.#state)) await work(this.#state);
    });
  }

  async #converge(state: WithIkev2): Promise<void> {
    if (this.#settings.write()) await this.#renew();
    await this.#gateway.converge(state);
    this.#fault = undefined;
  }

  /** Charon has new settings from its next start: that is now, if nobody can notice. */
  async #renew(): Promise<void> {
    if (!(await this.#gateway.charon.isIdle())) return;
    this.#quit();
    this.#gateway.lost();
    await this.#reviver.restart('its settings are new');
  }

  /** Follows charon until `end`, or until the process shall end. */
  async run(): Promise<void> {
    // Everything that is open then closes, which is no failure of charon's.
    this.#machine.host.onTerminate(() => {
      this.#ended = true;
      this.#bell.ring();
    });
    while (!this.#ended) {
      if (!has(this.#state)) {
        await this.#bell.rung;
        this.#bell.reset();
        continue;
      }
      await this.#safeRound();
      if (this.#ended) return;
      await this.#announce();
      if (this.#failures === 0) continue;
      const { ikev2BackoffFirstMilliseconds: first, backoffMostMilliseconds: most } = agentLimits;
      await this.#machine.host.sleep(backoff(this.#machine.host, this.#failures, first, most));
    }
  }

  end(): void {
    this.#ended = true;
    this.#quit();
    this.#bell.ring();
  }

  #quit(): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.#hearing = undefined;
  }

  async #safeRound(): Promise<void> {
    try {
      await this.#round();
    } catch (error) {
      this.#failed(error);
      if (!(error instanceof CharonError) || this.#ended) return;
      this.#quit();
      const { fault, started } = await this.#reviver.revive(error);
      this.#fault = fault;
      this.#failures = started ? 1 : this.#failures + 1;
    }
  }

  #failed(error: unknown): void {
    if (this.#ended) return;
    this.#fault = messageOf(error);
    this.#gateway.lost();
    if (error instanceof CharonError) this.#broken = true;
    else this.#looking.advance(agentLimits.ikev2LookMilliseconds / 2);
    logEvent(this.#machine.host, 'ikev2.failed', { reason: this.#fault });
  }

  /** Waits for what happens, or for a minute to be over, and deals with it. */
  async #round(): Promise<void> {
    const state = this.#state;
    if (!has(state)) return;
    const isNew = this.#listener === undefined;
    this.#listener ??= await this.#gateway.charon.listen();
    this.#broken = false;
    if (isNew || this.#looking.left() === 0) {
      this.#looking.set(agentLimits.ikev2LookMilliseconds);
      await this.#inTurn((now) => this.#converge(now));
      this.#failures = 0;
      this.#reviver.alive();
    }
    const wanted = wantedOf(state);
    if (this.#refreshing.left() === 0 || wanted !== this.#asked) {
      this.#refreshing.set(agentLimits.ikev2LookMilliseconds);
      this.#asked = wanted;
      await this.#refresh(state);
      await this.#announce();
    }
    await this.#hear();
  }

  async #hear(): Promise<void> {
    const listener = this.#listener;
    if (!listener) return;
    this.#hearing ??= listener.hear(this.#looking.left());
    const heard = await Promise.race([this.#hearing, this.#bell.rung]);
    if (heard === 'rung') return this.#bell.reset();
    // It was let go meanwhile, because there is no IKEv2 any more.
    if (this.#listener !== listener) return;
    this.#hearing = undefined;
    if (heard.kind === 'closed') throw new CharonError(heard.reason);
    if (heard.kind === 'nothing') return;
    await this.#inTurn(async ({ ikev2 }) => {
      for (const happening of heard.events) await this.#gateway.follow(happening, ikev2);
    });
  }

  /** Gets from the control plane what is missing or old. */
  async #refresh(state: WithIkev2): Promise<void> {
    if (await this.#gateway.certify(state.ikev2)) await this.#inTurn((now) => this.#converge(now));
    const lists = await this.#gateway.fetchRevocations(state.ikev2);
    if (lists) await this.#inTurn(({ ikev2 }) => this.#gateway.loadRevocations(lists, ikev2));
  }

  /** Tells the control plane when something is no longer as it was told. */
  async #announce(): Promise<void> {
    const { revocationsUntil, certificateUntil } = this.observation('') ?? {};
    const now = JSON.stringify([this.status, revocationsUntil, certificateUntil]);
    if (now === this.#announced) return;
    this.#announced = now;
    await this.#around.onNews();
  }

  /** How the section is; undefined without one. */
  get status(): SectionStatus | undefined {
    if (!has(this.#state)) return undefined;
    const faults = this.#gateway.faults(this.#state.ikev2);
    for (const fault of [this.#settings.fault, this.#fault]) if (fault) faults.unshift(fault);
    if (faults.length === 0) return { status: 'applied' };
    return { status: 'failed', error: faults.join('; ').slice(0, limits.reportErrorLength) };
  }

  get version(): string | undefined {
    return has(this.#state) ? this.#gateway.version : undefined;
  }

  /** `digest`: of the devices that were reached. */
  observation(digest: string): Ikev2Observation | undefined {
    return has(this.#state) ? { digest, ...this.#gateway.observe(this.#state.ikev2) } : undefined;
  }

  /** The counters of all CHILD_SAs and whose they are, or undefined if they cannot be had. */
  async traffic(): Promise<ReturnType<Traffic['read']> | undefined> {
    if (!has(this.#state) || this.#broken) return undefined;
    try {
      return await this.#gateway.readTraffic(this.#state.ikev2);
    } catch (error) {
      if (error instanceof CharonError) return undefined;
      throw error;
    }
  }
}

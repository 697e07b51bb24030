// List and watch: asks for what is newer, applies it, reports, and in between looks after the
// machine. Whatever the control plane does, tunnels stay as they are.

import { limits } from '../model/limits.ts';
import { Alarm, about, backoff } from './alarm.ts';
import type { ControlPlane, StateAnswer } from './api.ts';
import { Applier, type Outcome } from './applier.ts';
import { openDocument } from './document.ts';
import type { Enrolled, IdentityKey } from './identity.ts';
import { Ikev2 } from './ikev2/service.ts';
import { agentLimits } from './limits.ts';
import { logEvent, messageOf } from './log.ts';
import type { Machine } from './machine.ts';
import { Receipts } from './receipts.ts';
import { Reporter } from './reporter.ts';
import { Store } from './store.ts';
import { Watch } from './watch.ts';

type Received = Extract<StateAnswer, { kind: 'document' }>;

export class Loop {
  readonly #machine: Machine;
  readonly #enrolled: Enrolled;
  readonly #controlPlane: ControlPlane;
  readonly #store: Store;
  readonly #reporter: Reporter;
  readonly #ikev2: Ikev2;
  readonly #applier: Applier;
  readonly #watch: Watch;
  readonly #reconciling: Alarm;
  /** When to ask although no notice came. */
  readonly #asking: Alarm;
  /** Until when news waits to be reported. */
  readonly #holdingBack: Alarm;
  #ended = false;
  #ready = false;
  #resync = false;

  constructor(machine: Machine, enrolled: Enrolled, controlPlane: ControlPlane, key: IdentityKey) {
    this.#machine = machine;
    this.#enrolled = enrolled;
    this.#controlPlane = controlPlane;
    this.#store = new Store(machine.host, machine.files, enrolled.gatewayId);
    this.#watch = new Watch(machine.host, () => controlPlane.connect());
    this.#reconciling = new Alarm(machine.host);
    this.#asking = new Alarm(machine.host);
    this.#holdingBack = new Alarm(machine.host);
    const receipts = new Receipts(machine.host, machine.files.receipts, enrolled, key);
    this.#ikev2 = new Ikev2({
      machine,
      issuer: controlPlane,
      prove: (cut) => receipts.add(cut),
      onNews: () => this.#report(false),
    });
    this.#reporter = new Reporter(machine, controlPlane, receipts, this.#ikev2);
    this.#applier = new Applier({
      machine,
      store: this.#store,
      selfTest: () => this.#selfTest(),
      onCreated: () => this.#reporter.interfaceMade(),
      onGoing: (gone) => this.#reporter.lastWords(gone, this.#applier.state),
      onCut: (cut) => this.#reporter.prove(cut),
      applyIkev2: (state, cut) => this.#ikev2.apply(state, cut),
    });
  }

  /** Runs until the process shall end. Rejects only if the state directory cannot be used. */
  async run(): Promise<void> {
    const { host } = this.#machine;
    host.onTerminate(() => {
      this.#ended = true;
    });
    await this.#start();
    const ikev2 = this.#ikev2.run();
    // Without IKEv2 the tunnels of WireGuard stay looked after.
    const ended = ikev2.catch((error) => logEvent(host, 'failed', { reason: messageOf(error) }));
    try {
      await this.#turns();
    } finally {
      this.#ikev2.end();
    }
    await ended;
    logEvent(host, 'ended');
  }

  async #turns(): Promise<void> {
    const { host } = this.#machine;
    let failures = 0;
    while (!this.#ended) {
      failures = (await this.#safeTurn()) ? 0 : failures + 1;
      const { backoffFirstMilliseconds: first, backoffMostMilliseconds: most } = agentLimits;
      const usual = failures === 0 ? 0 : backoff(host, failures, first, most);
      const pause = Math.max(usual, this.#controlPlane.pause);
      if (pause > 0 && !this.#ended) await host.sleep(pause);
    }
  }

  async #start(): Promise<void> {
    const { host } = this.#machine;
    await this.#reporter.load();
    this.#ikev2.load();
    const { state, pending, problems } = this.#store.load();
    for (const problem of problems) logEvent(host, 'store.damaged', { problem });
    this.#resync = problems.length > 0;
    this.#reconciling.set(agentLimits.reconcileMilliseconds);
    this.#concluded(await this.#applier.resume(state, pending), 'started');
  }

  /** One round. Gives whether all went well; if not, the next one has to wait. */
  async #turn(): Promise<boolean> {
    if (this.#reconciling.left() === 0) await this.#reconcile();
    const due = this.#reporter.left() === 0;
    const hasNews = this.#reporter.news && this.#holdingBack.left() === 0;
    if (due || hasNews) await this.#report(due);
    if (this.#controlPlane.pause > 0) return false;
    const since = this.#resync ? undefined : this.#applier.state?.revision;
    const asks = since === undefined || (await this.#listen(since));
    return this.#ended || !asks || this.#ask(since);
  }

  /** Milliseconds until a report is due. */
  #untilReport(): number {
    return Math.min(this.#reporter.left(), this.#holdingBack.left() || Infinity);
  }

  /** Waits for a notice if it can. Gives whether it is time to ask. */
  async #listen(since: number): Promise<boolean> {
    const { open } = this.#watch;
    const most = open ? Math.min(this.#untilReport(), this.#asking.left()) : 0;
    const news = await this.#watch.wait(since, most);
    if (news.kind === 'newer') this.#asking.set(0);
    if (news.kind === 'lost' && !this.#ended)
      logEvent(this.#machine.host, 'socket.lost', { reason: news.reason });
    return !this.#watch.open || this.#asking.left() === 0;
  }

  async #ask(since: number | undefined): Promise<boolean> {
    const { host } = this.#machine;
    const pace = new Alarm(host);
    pace.set(agentLimits.turnLeastMilliseconds);
    const answer = await this.#controlPlane.fetchState(since, this.#waitSeconds());
    if (answer.kind === 'failed') {
      if (!this.#ended) logEvent(host, 'state.unavailable', { reason: answer.reason });
      return false;
    }
    this.#watch.offered(answer.socket && !this.#ended);
    const isDocument = answer.kind === 'document';
    const fine = isDocument ? await this.#received(answer) : since !== undefined;
    if (fine) this.#asking.set(about(host, agentLimits.socketPollMilliseconds));
    // A control plane that does not wait as asked must not be asked in a busy loop.
    if (fine && !isDocument && pace.left() > 0) await host.sleep(pace.left());
    return fine;
  }

  async #safeTurn(): Promise<boolean> {
    try {
      return await this.#turn();
    } catch (error) {
      logEvent(this.#machine.host, 'failed', { reason: messageOf(error) });
      return false;
    }
  }

  async #received({ text, reportAfter }: Received): Promise<boolean> {
    const { host } = this.#machine;
    const opened = openDocument(host, this.#enrolled, text);
    if ('refused' in opened) {
      logEvent(host, 'state.refused', { reason: opened.refused });
      return false;
    }
    const asked = this.#resync;
    if (!asked && opened.document.revision === this.#applier.state?.revision) {
      logEvent(host, 'state.refused', { reason: 'the document is not newer' });
      return false;
    }
    const outcome = await this.#applier.accept(opened.document);
    this.#concluded(outcome, 'state');
    if (outcome.kind === 'refused') {
      this.#resync ||= outcome.resync;
      return false;
    }
    if (outcome.kind === 'applied') this.#resync = false;
    // What comes meanwhile is not to wait: the report does, while the agent watches on.
    if (reportAfter >= agentLimits.reportHeldLeastMilliseconds && !asked) {
      this.#holdingBack.set(reportAfter);
      return outcome.kind === 'applied';
    }
    if (reportAfter > 0 && !this.#ended) await host.sleep(reportAfter);
    await this.#report(false);
    // Being asked for everything again right after it is a disagreement that haste does not settle.
    return outcome.kind === 'applied' && !(asked && this.#resync);
  }

  async #reconcile(): Promise<void> {
    const outcome = await this.#applier.reconcile();
    const pause =
      outcome?.kind === 'failed'
        ? agentLimits.backoffMostMilliseconds
        : agentLimits.reconcileMilliseconds;
    this.#reconciling.set(pause);
    this.#concluded(outcome, 'reconciled');
  }

  /** Logs how something ended and notes what follows from it. */
  #concluded(outcome: Outcome | undefined, what: string): void {
    const { host } = this.#machine;
    if (!outcome) return;
    const revision = this.#applier.state?.revision;
    if (outcome.kind === 'refused') {
      logEvent(host, `${what}.refused`, { reason: outcome.reason, revision });
      return;
    }
    this.#reporter.news = true;
    if (outcome.kind === 'failed') {
      this.#reconciling.advance(agentLimits.backoffMostMilliseconds);
      logEvent(host, `${what}.failed`, { ...outcome.faults, revision });
      return;
    }
    logEvent(host, `${what}.applied`, { revision, peers: this.#applier.state?.peers.size });
    if (!this.#ready) logEvent(host, 'ready', { revision });
    this.#ready = true;
  }

  async #report(withTraffic: boolean): Promise<void> {
    const { state, reached, sections } = this.#applier;
    const reply = await this.#reporter.report({ withTraffic, state, reached, sections });
    if (reply && 'failed' in reply) {
      if (!this.#ended) logEvent(this.#machine.host, 'report.failed', { reason: reply.failed });
    } else this.#resync ||= reply?.resync ?? false;
  }

  async #selfTest(): Promise<boolean> {
    for (let attempt = 1; attempt <= agentLimits.selfTestAttempts; attempt++) {
      if (await this.#controlPlane.healthy()) return true;
      // Requests are cut short by our own end, which says nothing about the change.
      if (this.#ended) return true;
      if (attempt < agentLimits.selfTestAttempts)
        await this.#machine.host.sleep(agentLimits.selfTestPauseMilliseconds);
    }
    return false;
  }

  #waitSeconds(): number {
    if (this.#watch.open) return 0;
    const left = Math.max(1, Math.ceil(this.#untilReport() / 1000));
    const usual = left <= limits.stateWaitMostSeconds ? left : Math.ceil(left / 2);
    const { socketOpeningWaitSeconds } = agentLimits;
    return this.#watch.opening ? Math.min(usual, socketOpeningWaitSeconds) : usual;
  }
}

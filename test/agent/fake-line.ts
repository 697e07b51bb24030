// The control plane's end of a fake socket: what it says waits here until the agent takes it.

import type { Received } from '../../src/agent/host.ts';

export class FakeLine {
  readonly arrivals: Received[] = [];
  /** What the agent said. */
  readonly heard: string[] = [];
  answersPings = true;
  /** Called when the agent waits and nothing is there for it. */
  onQuiet: () => void = () => undefined;

  get isOpen(): boolean {
    return !this.arrivals.some(({ kind }) => kind === 'closed');
  }

  say(text: string): void {
    if (this.isOpen) this.arrivals.push({ kind: 'message', text });
  }

  notify(revision: number): void {
    this.say(JSON.stringify({ revision }));
  }

  hear(text: string): void {
    this.heard.push(text);
    if (text === 'ping' && this.answersPings) this.say('pong');
  }

  cut(reason: string): this {
    if (this.isOpen) this.arrivals.push({ kind: 'closed', reason });
    return this;
  }

  take(): Received | undefined {
    const [first] = this.arrivals;
    // Closed is closed, however often one asks.
    return first?.kind === 'closed' ? first : this.arrivals.shift();
  }
}

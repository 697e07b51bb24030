// What the suites of the providers need of a runtime, and how they ask for it: a call is data, so
// that it can go to a Worker as well.

import type { Outside } from '../../src/jobs/deps.ts';
import type { Mail } from '../../src/model/mail.ts';
import type { Authority } from './authority.ts';

export type Call = {
  /** The settings. */
  variables?: Record<string, string>;
  /** The job ends after so long; without it, it goes on. */
  milliseconds?: number;
} & (
  | { service: 'mail'; mail: Mail }
  | { service: 'webhooks'; event: Parameters<Outside['webhooks']['deliver']>[0] }
  | { service: 'syslog'; target: Parameters<Outside['syslog']['send']>[0]; messages: string[] }
);

export interface World {
  /** The runtime trusts it. */
  authority: Authority;
  /** @throws SallyportError as the provider does */
  call(call: Call): Promise<void>;
}

export function perform(outside: Outside, call: Call): Promise<void> {
  const { milliseconds } = call;
  const signal =
    milliseconds === undefined ? new AbortController().signal : AbortSignal.timeout(milliseconds);
  if (call.service === 'mail') return outside.mail.send(call.mail, signal);
  if (call.service === 'webhooks') return outside.webhooks.deliver(call.event, signal);
  return outside.syslog.send(call.target, call.messages, signal);
}

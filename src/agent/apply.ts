// Doing what a plan says, section by section, and looking whether it worked.

import type { SectionName } from '../model/desired-state.ts';
import { attempt, commandError, run } from './linux.ts';
import { messageOf } from './log.ts';
import type { Machine } from './machine.ts';
import { type LoadedFirewall, listFirewall, type Observed, observe } from './observe.ts';
import { peerSteps } from './peers.ts';
import { plan } from './plan.ts';
import type { GatewayState, PeerChange } from './state.ts';
import { describeStep, type Step } from './step.ts';

/** What went wrong, by section; empty when everything is as it shall be. */
export type Faults = Partial<Record<SectionName, string>>;

async function perform({ host, files }: Machine, step: Step): Promise<void> {
  if (step.kind === 'write') host.writeAtomic(step.path, step.text, 0o600);
  else if (step.kind === 'remove') host.remove(step.path);
  else if (step.kind === 'refuse') throw new Error(step.reason);
  else if (step.kind === 'remember') {
    const note: LoadedFirewall = {
      rendered: step.rendered,
      listing: await run(host, listFirewall),
    };
    host.writeAtomic(files.firewallLoaded, JSON.stringify(note), 0o600);
  } else if (step.instead) {
    const first = await attempt(host, step.argv);
    if (first.code === 0 && !first.fault) return;
    const second = await attempt(host, step.instead);
    if (second.code === 0 && !second.fault) return;
    const reasons = [commandError(step.argv, first), commandError(step.instead, second)];
    throw new Error(reasons.map(messageOf).join('; '));
  } else if (step.bestEffort) await attempt(host, step.argv);
  else await run(host, step.argv);
}

/** Does the steps in order. A section ends at its first failure; the others go on. */
export async function performSteps(machine: Machine, steps: readonly Step[]): Promise<Faults> {
  const faults: Faults = {};
  for (const step of steps) {
    if (faults[step.section] !== undefined) continue;
    try {
      await perform(machine, step);
    } catch (error) {
      faults[step.section] = messageOf(error);
    }
  }
  return faults;
}

export interface Reconciled {
  faults: Faults;
  /** How many steps it took. */
  steps: number;
  /** Whether the interface was made, so that its counters began anew. */
  created: boolean;
}

async function tryObserve(machine: Machine): Promise<Observed | Faults> {
  try {
    return await observe(machine);
  } catch (error) {
    const why = messageOf(error);
    return { wireguard: why, firewall: why };
  }
}

/**
 * Brings the machine to the state, or to nothing of ours, from whatever it is in, and looks again
 * whether nothing differs any more.
 */
export async function reconcile(
  machine: Machine,
  state: GatewayState | undefined,
): Promise<Reconciled> {
  const before = await tryObserve(machine);
  if (!('sysctls' in before)) return { faults: before, steps: 0, created: false };
  const steps = plan(machine, state, before);
  const result = { steps: steps.length, created: before.link === undefined };
  if (steps.length === 0) return { ...result, faults: {} };
  const faults = await performSteps(machine, steps);
  const after = await tryObserve(machine);
  if (!('sysctls' in after)) return { ...result, faults: { ...after, ...faults } };
  for (const left of plan(machine, state, after))
    faults[left.section] ??= `still needed after the apply: ${describeStep(left)}`;
  return { ...result, faults };
}

/** Changes just these peers: one command, whatever else the machine holds. */
export function applyPeers(machine: Machine, change: PeerChange): Promise<Faults> {
  return performSteps(machine, peerSteps(machine.interfaceName, change));
}

// The agent's commands, over whatever host runs them.

import { ControlPlane } from './api.ts';
import { type Command, type Places, parseArguments, UsageError, usage } from './arguments.ts';
import { openDocument } from './document.ts';
import { enroll } from './enroll.ts';
import { filesIn } from './files.ts';
import type { Host } from './host.ts';
import {
  type Enrolled,
  type IdentityKey,
  readEnrolled,
  readIdentityKey,
  readWireguardKeys,
} from './identity.ts';
import { messageOf } from './log.ts';
import { Loop } from './loop.ts';
import type { Machine } from './machine.ts';
import { observe } from './observe.ts';
import { plan } from './plan.ts';
import { type GatewayState, merge, stateFrom } from './state.ts';
import { formatStatus, readStatus } from './status.ts';
import { describeStep } from './step.ts';
import { Store } from './store.ts';
import { agentVersion } from './version.ts';

interface Gateway {
  machine: Machine;
  enrolled: Enrolled;
  identity: IdentityKey;
}

async function open(host: Host, places: Places): Promise<Gateway> {
  const { directory, ...names } = places;
  const files = filesIn(directory);
  const enrolled = readEnrolled(host, files);
  if (!enrolled)
    throw new Error(
      `${directory} holds no gateway; run sallyport-agent enroll first, or give --dir`,
    );
  const identity = readIdentityKey(host, files);
  const keys = await readWireguardKeys(host, files);
  if (!identity || !keys) throw new Error(`${directory} lacks a key; restore it, or enrol anew`);
  return { machine: { host, files, keys, ...names }, enrolled, identity };
}

/** The state that the control plane wants now, or the one kept on disk, and where it is from. */
async function newestState(
  gateway: Gateway,
): Promise<{ state: GatewayState | undefined; source: string }> {
  const { enrolled, machine } = gateway;
  const { host } = machine;
  const kept = new Store(host, machine.files, enrolled.gatewayId).load().state;
  const answer = await new ControlPlane(host, enrolled, gateway.identity).fetchState(
    kept?.revision,
    0,
  );
  if (answer.kind === 'nothing') return { state: kept, source: 'nothing is newer' };
  if (answer.kind === 'failed') return { state: kept, source: `kept state, ${answer.reason}` };
  const opened = openDocument(host, enrolled, answer.text);
  if ('refused' in opened) throw new Error(opened.refused);
  const { document } = opened;
  if (document.base !== null && kept) {
    const merged = merge(kept, document, host.sha256);
    if ('refused' in merged) throw new Error(merged.refused);
    return { state: kept, source: 'fetched' };
  }
  const state = stateFrom(document, host.sha256);
  if ('refused' in state) throw new Error(state.refused);
  return { state, source: 'fetched' };
}

async function printPlan(gateway: Gateway): Promise<void> {
  const { host } = gateway.machine;
  const { state, source } = await newestState(gateway);
  if (!state) {
    host.print(`no state is known yet (${source}); nothing would be done`);
    return;
  }
  const steps = plan(gateway.machine, state, await observe(gateway.machine));
  host.print(`revision ${state.revision} (${source}), ${state.peers.size} devices`);
  if (steps.length === 0) host.print('nothing to do');
  // Its steps depend on what charon says in between, so they cannot be told beforehand.
  if (state.ikev2) host.print(`ikev2: let ${state.ikev2.devices.size} devices in`);
  for (const step of steps) host.print(`${step.section}: ${describeStep(step)}`);
}

async function perform(host: Host, command: Command): Promise<void> {
  if (command.name === 'help') host.print(usage);
  else if (command.name === 'version') host.print(agentVersion);
  else if (command.name === 'enroll') {
    const { directory, url, token } = command;
    const { gatewayId, gatewayName } = await enroll(host, filesIn(directory), url, token);
    host.print(
      `enrolled as ${JSON.stringify(gatewayName)} (${gatewayId}); now start: sallyport-agent run`,
    );
  } else {
    const gateway = await open(host, command);
    const { machine, enrolled, identity } = gateway;
    if (command.name === 'plan') await printPlan(gateway);
    else if (command.name === 'status') {
      const status = await readStatus(machine, enrolled);
      host.print(command.json ? JSON.stringify(status) : formatStatus(status));
    } else {
      const controlPlane = new ControlPlane(host, enrolled, identity);
      await new Loop(machine, enrolled, controlPlane, identity).run();
    }
  }
}

/** Runs one command. Gives the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(host: Host, args: readonly string[]): Promise<number> {
  try {
    await perform(host, parseArguments(args));
    return 0;
  } catch (error) {
    host.log(`sallyport-agent: ${messageOf(error)}`);
    if (!(error instanceof UsageError)) return 1;
    host.log(usage);
    return 2;
  }
}

// What is measured of a fleet that watches.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../src/api/app.ts';
import { limits } from '../src/model/limits.ts';
import { readSettings } from '../src/runtimes/config.ts';
import { createNodeServices, type Tap } from '../src/runtimes/node-services.ts';
import { apiOf, createDevice } from '../test/contract/plane.ts';
import type { FleetAgent } from './fleet-agent.ts';
import { eachOf, type Fleet } from './fleet-enrol.ts';
import {
  type AnyTarget,
  type EdgeTarget,
  memoryOf,
  type NodeTarget,
  processorSecondsOf,
  type Target,
} from './fleet-target.ts';

const pollsAtOnce = 64;
const tenantsAtOnce = 32;
const patienceMilliseconds = 120_000;

/** The p-th part of the values, 0 to 1: a nearest rank. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

/** Every agent fetches its whole state, then watches. Gives the milliseconds until all have it. */
export async function beginWatching({ agents }: Fleet): Promise<number> {
  const began = performance.now();
  await eachOf(agents, pollsAtOnce, async (agent) => {
    await agent.poll(0);
    void agent.run();
  });
  return performance.now() - began;
}

/** The most memory in bytes that the control plane held while nothing happened. */
export async function watchMemory(target: Target, seconds: number): Promise<number | undefined> {
  let most: number | undefined;
  for (let i = 0; i < seconds; i++) {
    await sleep(1000);
    const pid = target.pid();
    if (pid !== undefined) most = Math.max(most ?? 0, memoryOf(pid).now);
  }
  return most;
}

function publicKey(): string {
  return randomBytes(32).toString('base64');
}

/** Resolves with the time at which the agent's next document came. */
function nextDocument(agent: FleetAgent): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no document came within ${patienceMilliseconds} ms`)),
      patienceMilliseconds,
    );
    agent.onDocument = (_, at) => {
      clearTimeout(timer);
      agent.onDocument = () => undefined;
      resolve(at);
    };
  });
}

/** Milliseconds from asking for a device until its gateway has the delta, one after another. */
export async function wakeOneByOne(fleet: Fleet, samples: number): Promise<number[]> {
  const tenants = new Map(fleet.tenants.map((tenant) => [tenant.id, tenant]));
  const taken: number[] = [];
  for (let i = 0; i < samples; i++) {
    // A stride visits all tenants, and comes back to no gateway while that one still reports.
    const agent = fleet.agents[(i * 7919) % fleet.agents.length];
    const tenant = agent && tenants.get(agent.tenantId);
    if (!agent || !tenant) throw new Error('the fleet is empty');
    const woken = nextDocument(agent);
    const began = performance.now();
    await createDevice(tenant, { publicKey: publicKey(), gatewayIds: [agent.gateway.id] });
    taken.push((await woken) - began);
  }
  return taken;
}

/** Times are milliseconds since the first change was asked for. */
export interface WakeAll {
  changes: number;
  /** When the last change was acknowledged. */
  changed: number;
  /** When the agents were told, where that was held back until then. */
  told: number | undefined;
  /** How long the hub took for it. */
  hub: number | undefined;
  /** When the last gateway had its delta. */
  last: number;
  /** When the last report of it was accepted. */
  reported: number;
  /** Processor seconds of the control plane: until the last delta, and until the last report. */
  processor: [documents: number, reports: number] | undefined;
}

function groupsOf(fleet: Fleet, tenantId: string): string[][] {
  const ids = fleet.agents.filter((one) => one.tenantId === tenantId).map((one) => one.gateway.id);
  const count = Math.ceil(ids.length / limits.gatewaysPerDevice);
  return Array.from({ length: count }, (_, index) =>
    ids.slice(index * limits.gatewaysPerDevice, (index + 1) * limits.gatewaysPerDevice),
  );
}

/** As few devices as are possible, so that every gateway of every tenant has one more. */
export async function wakeAll(target: AnyTarget, fleet: Fleet): Promise<WakeAll> {
  const pid = target.pid();
  const used = () => (pid === undefined ? 0 : processorSecondsOf(pid));
  const work = fleet.tenants.map((tenant) => ({ tenant, groups: groupsOf(fleet, tenant.id) }));
  const woken = Promise.all(fleet.agents.map(nextDocument));
  const hold = target.kind === 'node' ? target.holdBack : undefined;
  await hold?.();
  let before = used();
  const began = performance.now();
  await eachOf(work, tenantsAtOnce, async ({ tenant, groups }) => {
    for (const gatewayIds of groups)
      await createDevice(tenant, { publicKey: publicKey(), gatewayIds });
  });
  const changed = performance.now() - began;
  if (hold) before = used();
  const told = hold && performance.now() - began;
  const release = hold?.();
  const times = await woken;
  const hub = await release;
  const documents = used() - before;
  while (fleet.agents.some(({ reported, revision }) => reported !== revision)) await sleep(20);
  return {
    changes: work.reduce((sum, { groups }) => sum + groups.length, 0),
    changed,
    told,
    hub,
    last: times.reduce((last, at) => Math.max(last, at), 0) - began,
    reported: performance.now() - began,
    processor: pid === undefined ? undefined : [documents, used() - before],
  };
}

export interface PollCosts {
  /** SQL statements per question that was answered with nothing. */
  statements: number | undefined;
  /** Requests to a database per such question. */
  requests: number;
}

/**
 * Opens the databases of a paused control plane in this process, and counts what reaches them while
 * every agent, once known, asks for what is new and there is nothing.
 */
export async function countPollsOnNode(target: NodeTarget, fleet: Fleet): Promise<PollCosts> {
  const counted = { statements: 0, requests: 0 };
  const tap: Tap = (driver) => ({
    ...driver,
    batch(statements, mode) {
      counted.statements += statements.length;
      counted.requests++;
      return driver.batch(statements, mode);
    },
  });
  const settings = readSettings(target.environment);
  const { services, close } = await createNodeServices(settings, target.url, { tap });
  const app = createApp(services, { info: () => undefined, error: () => undefined });
  const plane = { request: async (path: string, init?: RequestInit) => app.request(path, init) };
  const pollAll = () =>
    eachOf(fleet.agents, pollsAtOnce, async (agent) => {
      const path = `/v1/agent/state?since=${agent.revision}`;
      const { status } = await apiOf(plane, await agent.token())('GET', path);
      if (status !== 204) throw new Error(`expected nothing new: ${status}`);
    });
  try {
    await pollAll();
    Object.assign(counted, { statements: 0, requests: 0 });
    await pollAll();
  } finally {
    close();
  }
  const { length } = fleet.agents;
  return { statements: counted.statements / length, requests: counted.requests / length };
}

/** The same at the edge, where requests are counted on their way to the database server. */
export async function countPollsAtEdge(target: EdgeTarget, fleet: Fleet): Promise<PollCosts> {
  const pollAll = () =>
    eachOf(fleet.agents, pollsAtOnce, async (agent) => {
      while ((await agent.poll(0)) !== undefined);
    });
  await pollAll();
  const before = target.databaseRequests();
  await pollAll();
  const requests = (target.databaseRequests() - before) / fleet.agents.length;
  return { statements: undefined, requests };
}

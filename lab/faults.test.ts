// What may befall a gateway: its agent killed in the middle of applies, its control plane away,
// somebody's hands on it, a reboot. Every other tunnel stays as it is, and the gateway comes back
// to exactly what the API lists.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../src/model/device.ts';
import { generateWireguardKeyPair } from '../src/pki/wireguard-key.ts';
import { presentPeers, untilRevision } from './crowd.ts';
import { Pulse, ping } from './probe.ts';
import { type Client, endScene, joinClient, type Scene, setScene } from './scene.ts';
import * as story from './story.ts';
import { places } from './topology.ts';

const kills = 20;
/** So many of the kills shall hit an apply between its beginning and its end. */
const midwayLeast = 3;
const killsMost = 100;
const killAfterMostMs = 1500;
const patienceMs = 20_000;
/** WireGuard's own time to notice that the other end has forgotten a session, and some more. */
const newSessionMs = 40_000;
const interfaceName = 'sallyport0';

let scene: Scene;
let b: Client;

beforeAll(async () => {
  scene = await setScene();
  b = await joinClient(scene, 'client-b', "Ann's laptop");
});
afterAll(() => scene && endScene(scene));

/** Runs a program on the gateway and gives what it prints. */
async function onGateway(...argv: string[]): Promise<string> {
  return (await scene.lab.node('gateway').exec(argv)).stdout;
}

/** Does something while B pings the web through the tunnel, and expects that B never notices. */
async function expectUnnoticed(work: () => Promise<void>): Promise<void> {
  const pulse = new Pulse(scene.lab.node(b.node), places.web);
  await pulse.answered(5, patienceMs);
  await work();
  // One more answer than there are: the last of them is behind the work.
  await pulse.answered(pulse.loss().answered + 1, patienceMs);
  const { lost } = pulse.loss();
  await pulse.stop();
  expect(lost).toBe(0);
}

/** Waits until the agent is where the API wants it, then compares WireGuard with the API. */
async function expectExactlyTheApisDevices(): Promise<void> {
  const { lab, gateway, crowd } = scene;
  await untilRevision(gateway.agent, await crowd.revision(gateway.id));
  const present = await presentPeers(lab.node('gateway'));
  expect(present).toEqual(await crowd.wantedPeers(gateway.id));
}

async function killAgent(): Promise<void> {
  const { gateway } = scene;
  gateway.agent.kill('SIGKILL');
  await gateway.agent.exited;
}

/** Whether the agent's journal ends with a change that it began and did not finish. */
function diedMidway(): boolean {
  const path = join(scene.gateway.folder, 'journal');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  return lines.at(-1)?.startsWith('{"begin"') === true;
}

async function startAgent(): Promise<void> {
  const { lab, gateway } = scene;
  gateway.agent = await story.startAgent(lab, gateway.folder);
}

async function restartAgent(): Promise<void> {
  await scene.gateway.agent.stop();
  await startAgent();
}

async function killControlPlane(): Promise<void> {
  const { process } = scene.controlPlane;
  process.kill('SIGKILL');
  await process.exited;
}

async function startControlPlane(): Promise<void> {
  const { lab, controlPlane } = scene;
  scene.controlPlane = await story.startControlPlane(lab, controlPlane);
}

/** Adds devices and revokes every other one, until told to stop; gives how many changes it made. */
async function keepChanging(stop: AbortSignal): Promise<number> {
  const { crowd } = scene;
  const waiting: Device[] = [];
  let changes = 0;
  for (; !stop.aborted; changes += 1) {
    const next = changes % 4 === 3 ? waiting.shift() : undefined;
    if (next) await crowd.revoke(next.id);
    else waiting.push(await crowd.add());
    // So slow that many kills hit an apply, and not a queue of them.
    await delay(20);
  }
  return changes;
}

describe('an agent that is killed', () => {
  it(`at ${kills} random moments, amid changes, ends up at exactly the API's devices`, async () => {
    const { lab, gateway } = scene;
    await expectUnnoticed(async () => {
      const stop = new AbortController();
      const changing = keepChanging(stop.signal);
      await killAgent();
      let midway = 0;
      for (let kill = 0; kill < kills || (midway < midwayLeast && kill < killsMost); kill++) {
        gateway.agent = story.spawnAgent(lab, gateway.folder);
        await delay(Math.random() * killAfterMostMs);
        await killAgent();
        if (diedMidway()) midway += 1;
      }
      await startAgent();
      stop.abort();
      expect(midway).toBeGreaterThanOrEqual(midwayLeast);
      expect(await changing).toBeGreaterThan(kills);
      await expectExactlyTheApisDevices();
    });
  });
});

describe('a control plane that is away', () => {
  it('leaves tunnels up and the gateway alone, also when the agent starts anew', async () => {
    const before = await presentPeers(scene.lab.node('gateway'));
    const firewall = await onGateway('nft', '-s', 'list', 'ruleset');
    await expectUnnoticed(async () => {
      await killControlPlane();
      await scene.gateway.agent.waitFor(/"event":"state.unavailable"/, patienceMs);
      await restartAgent();
      await scene.gateway.agent.waitFor(/"event":"state.unavailable"/, patienceMs);
    });
    expect(await presentPeers(scene.lab.node('gateway'))).toEqual(before);
    expect(await onGateway('nft', '-s', 'list', 'ruleset')).toBe(firewall);
  });

  it('is caught up with once it is back', async () => {
    await expectUnnoticed(async () => {
      await startControlPlane();
      const { id } = await scene.crowd.add();
      await scene.crowd.add();
      await scene.crowd.revoke(id);
      await expectExactlyTheApisDevices();
    });
  });
});

const customersTable = `
table inet customer { chain input { type filter hook input priority 0; tcp dport 23 drop; }; }
`;

/** What a customer has on the VM besides us: a bridge, a firewall, WireGuard of his own. */
async function installCustomersOwn(): Promise<void> {
  await onGateway('ip', 'link', 'add', 'name', 'customer0', 'type', 'bridge');
  await onGateway('ip', 'address', 'add', '192.168.77.1/24', 'dev', 'customer0');
  await scene.lab.node('gateway').exec(['nft', '-f', '-'], { input: customersTable });
  const { publicKey } = await generateWireguardKeyPair();
  const make = 'ip link add name customer1 type wireguard 2>/dev/null || wireguard-go customer1';
  await onGateway('sh', '-c', make);
  await onGateway('wg', 'set', 'customer1', 'peer', publicKey, 'allowed-ips', '10.99.1.0/24');
}

async function customersOwn(): Promise<string[]> {
  return [
    await onGateway('ip', 'address', 'show', 'dev', 'customer0'),
    await onGateway('nft', 'list', 'table', 'inet', 'customer'),
    await onGateway('wg', 'show', 'customer1', 'allowed-ips'),
  ];
}

async function meddle(): Promise<void> {
  const { publicKey } = await generateWireguardKeyPair();
  const [ours = ''] = [...(await presentPeers(scene.lab.node('gateway'))).keys()];
  await onGateway('nft', 'delete', 'table', 'inet', 'sallyport');
  await onGateway('wg', 'set', interfaceName, 'peer', publicKey, 'allowed-ips', '10.99.0.1/32');
  await onGateway('wg', 'set', interfaceName, 'peer', ours, 'remove');
  await onGateway('ip', 'link', 'set', 'dev', interfaceName, 'mtu', '1300');
  await onGateway('ip', 'address', 'add', '10.99.0.2/32', 'dev', interfaceName);
  await onGateway('sysctl', '-qw', 'net.ipv4.ip_forward=0');
}

/** Everything of ours on the gateway that somebody could change, without what counts. */
async function ourOwn(): Promise<unknown[]> {
  const node = scene.lab.node('gateway');
  const table = ['nft', '-s', 'list', 'table', 'inet', 'sallyport'];
  return [
    await presentPeers(node),
    (await node.exec(table, { mayFail: true })).stdout,
    await onGateway('ip', 'address', 'show', 'dev', interfaceName),
    await onGateway('sysctl', 'net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'),
  ];
}

describe('a gateway that somebody meddled with', () => {
  it('is as it shall be after the next full look, and what is not ours is as it was', async () => {
    await installCustomersOwn();
    const [customers, ours] = [await customersOwn(), await ourOwn()];
    await meddle();
    expect(await ourOwn()).not.toEqual(ours);
    await restartAgent();
    expect(await ourOwn()).toEqual(ours);
    expect(await customersOwn()).toEqual(customers);
    const client = scene.lab.node(b.node);
    expect(await ping(client, places.web)).toMatchObject({ sent: 3, received: 3 });
  });
});

describe('a gateway that reboots', () => {
  it('is back from what its agent kept, even while the control plane is away', async () => {
    const { lab, gateway } = scene;
    const ours = await ourOwn();
    await killControlPlane();
    await lab.reboot('gateway');
    expect(await onGateway('ip', 'link', 'show')).not.toContain(interfaceName);
    expect(await onGateway('nft', 'list', 'ruleset')).toBe('');
    expect(await ping(lab.node(b.node), places.web)).toMatchObject({ received: 0 });
    await startAgent();
    expect(withoutIndexes(await ourOwn())).toEqual(withoutIndexes(ours));
    const pulse = new Pulse(lab.node(b.node), places.web);
    await pulse.answered(5, newSessionMs);
    await pulse.stop();
    await startControlPlane();
    await untilRevision(gateway.agent, await scene.crowd.revision(gateway.id));
    await expectExactlyTheApisDevices();
  });
});

/** An interface that was made anew has another number and another link-local address. */
function withoutIndexes(parts: unknown[]): unknown[] {
  return parts.map((part) =>
    typeof part === 'string' ? part.replace(/^\d+: |.*inet6 fe80[^\n]*\n[^\n]*\n/gm, '') : part,
  );
}

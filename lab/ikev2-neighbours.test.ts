// Devices that come in by IKEv2, and their neighbours behind the same gateway: kept apart unless
// the gateway's owner wants otherwise, and known to each other by their own addresses.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deviceDetailSchema } from '../src/model/device.ts';
import { disconnect } from './ikev2-client.ts';
import { joinIkev2, untilIkev2 } from './ikev2-story.ts';
import { get, ping } from './probe.ts';
import { endScene, joinClient, type Scene, setScene } from './scene.ts';
import { sessions } from './strongswan.ts';
import { disconnect as disconnectWireguard } from './wireguard-client.ts';

const readyMs = 20_000;
let scene: Scene;
/** The file of the WireGuard tunnel that is up. */
let wireguard: string | undefined;
const node = (name: 'client-a' | 'client-b' | 'gateway') => scene.lab.node(name);

beforeAll(async () => {
  scene = await setScene({ ikev2: true });
  await untilIkev2(scene);
  for (const name of ['client-a', 'client-b'] as const) {
    const server = node(name).node('lab/programs/web-server.ts');
    await server.waitFor(/listening/, readyMs);
  }
});
afterAll(() => scene && endScene(scene));
afterEach(async () => {
  if (wireguard) await disconnectWireguard(node('client-b'), wireguard);
  wireguard = undefined;
  await Promise.all([disconnect(node('client-a')), disconnect(node('client-b'))]);
});

async function isolate(how: '--isolate-clients' | '--no-isolate-clients'): Promise<void> {
  const { tenant, gateway } = scene;
  await tenant.cli.run(z.unknown(), 'gateway', 'update', gateway.id, how);
  await scene.crowd.untilReported(gateway.id);
}

const inOrder = (addresses: readonly string[]) =>
  addresses.toSorted((a, b) => Number(a.includes(':')) - Number(b.includes(':')));

/** Lets a machine in by IKEv2; gives its addresses in the tunnel, IPv4 first. */
async function join(name: 'client-a' | 'client-b'): Promise<string[]> {
  await joinIkev2(scene, name, 'swanctl');
  const [session] = await sessions(node(name));
  return inOrder(session?.virtual ?? []);
}

/** The same by WireGuard. */
async function joinByWireguard(): Promise<string[]> {
  const { id, conf } = await joinClient(scene, 'client-b', 'laptop');
  wireguard = conf;
  await scene.crowd.untilReported(scene.gateway.id);
  const device = await scene.tenant.cli.run(deviceDetailSchema, 'device', 'get', id);
  const addresses = device.connections[0]?.addresses ?? [];
  return inOrder(addresses.map((address) => address.split('/')[0] ?? ''));
}

const url = (address = '') => `http://${address.includes(':') ? `[${address}]` : address}/ip`;

describe('two devices that come in by IKEv2', () => {
  it('do not reach each other, as the gateway isolates them', async () => {
    await isolate('--isolate-clients');
    const [, ofB] = [await join('client-a'), await join('client-b')];
    expect(ofB).toHaveLength(2);
    for (const address of ofB) {
      expect(await ping(node('gateway'), address)).toMatchObject({ received: 3 });
      expect(await ping(node('client-a'), address)).toMatchObject({ received: 0 });
    }
  });

  it('reach each other where they may, and see who it is', async () => {
    await isolate('--no-isolate-clients');
    const [ofA, ofB] = [await join('client-a'), await join('client-b')];
    for (const [i, address] of ofB.entries()) {
      expect((await get(node('client-a'), url(address))).trim()).toBe(ofA[i]);
    }
  });
});

describe('a device that comes in by WireGuard, and one by IKEv2', () => {
  it('reach each other where they may, and see who it is', async () => {
    const ofA = await join('client-a');
    const ofB = await joinByWireguard();
    for (const [i, address] of ofB.entries()) {
      expect((await get(node('client-a'), url(address))).trim()).toBe(ofA[i]);
      expect((await get(node('client-b'), url(ofA[i]))).trim()).toBe(address);
    }
  });

  it('do not reach each other, as the gateway isolates them', async () => {
    await isolate('--isolate-clients');
    const ofA = await join('client-a');
    const ofB = await joinByWireguard();
    for (const [i, address] of ofB.entries()) {
      expect(await ping(node('client-a'), address)).toMatchObject({ received: 0 });
      expect(await ping(node('client-b'), ofA[i] ?? '')).toMatchObject({ received: 0 });
    }
  });
});

// The product's IKEv2 over bad roads, with two NATs on the gateway's side and one on the client's.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Capture } from './capture.ts';
import { lose, lostPackets, mend, narrow } from './conditions.ts';
import { connectByFile, disconnect } from './ikev2-client.ts';
import { joinIkev2, untilIkev2 } from './ikev2-story.ts';
import { kernelHasEsp } from './kernel.ts';
import type { Network } from './network.ts';
import { addressSeen, askForName, get, Pulse, ping, startDownload } from './probe.ts';
import { joinBy, leave, redeem } from './profile-story.ts';
import { endScene, type Scene, setScene } from './scene.ts';
import { sessions } from './strongswan.ts';
import { places, usualNetwork } from './topology.ts';

const readyMs = 10_000;
const download = `http://${places.web}/download?bytes=2000000`;
/** Moving takes one exchange of messages, whatever the road. */
const movedMs = 5000;
// A client asks which gateways' certificates are revoked before it has a tunnel: everyone may know.
const revocations = `(host ${places.control} and tcp port 8787)`;
const inClear = `not (udp port 500 or udp port 4500 or arp or ip6 multicast or ${revocations})`;

/** The usual network, where client A can also plug into the network of home B. */
function networkWithTwoHomes(): Network {
  const { nodes } = usualNetwork({ doubleNat: true });
  const client = nodes['client-a'];
  if (!client) throw new Error('the usual network has no client-a');
  const eth1 = { segment: 'home-b', addresses: ['192.168.60.3/24'] };
  const interfaces = { ...client.interfaces, eth1 };
  return { nodes: { ...nodes, 'client-a': { ...client, interfaces } } };
}

let scene: Scene;

beforeAll(async () => {
  scene = await setScene({ ikev2: true, network: networkWithTwoHomes() });
  await untilIkev2(scene);
});
afterAll(() => scene && endScene(scene));

const client = () => scene.lab.node('client-a');
const router = () => scene.lab.node('home-a-nat');

afterEach(() => disconnect(client()));

it('comes in through three NATs and sees both ends of it', async () => {
  await joinIkev2(scene, 'client-a', 'swanctl');
  expect(await sessions(client())).toMatchObject([{ natHere: true, natThere: true }]);
  expect(await addressSeen(client(), places.web)).toBe(places.site);
});

describe('a road of 1280 bytes that drops pieces of packets', () => {
  afterEach(() => mend(router()));

  // Of the clients with certificates, those with RSA send the largest messages.
  it('lets a client in whose messages are cut to fit', async () => {
    const { file } = await redeem(scene, 'client-a', 'sswan');
    await narrow(router(), 1280);
    await connectByFile(client(), file);
    expect(await ping(client(), places.web)).toMatchObject({ sent: 3, received: 3 });
    expect(await lostPackets(router())).toBe(0);
  });

  it('keeps a client out whose messages are not, so that the test above can fail', async () => {
    const { file } = await redeem(scene, 'client-a', 'sswan');
    await narrow(router(), 1280);
    const whole = connectByFile(client(), file, { fragmentation: 'no', patienceS: 8 });
    await expect(whole).rejects.toThrow(/establishing|timeout|timed out/);
    expect(await lostPackets(router())).toBeGreaterThan(0);
  });
});

describe('a road that loses five packets of a hundred', () => {
  afterEach(() => mend(router()));

  it('carries a connection and a whole download', async () => {
    const { file } = await redeem(scene, 'client-a', 'swanctl');
    await lose(router(), 5);
    await connectByFile(client(), file);
    expect(await startDownload(client(), download).finished()).toMatchObject({ bytes: 2_000_000 });
    expect(await lostPackets(router())).toBeGreaterThan(0);
  });
});

describe('a client that goes from one network to another', () => {
  // It is not to move once more while it ends.
  afterEach(async () => {
    await disconnect(client());
    await client().exec(['ip', 'link', 'set', 'dev', 'eth0', 'up']);
    await client().exec(['ip', 'route', 'replace', 'default', 'via', '192.168.50.1']);
  });

  it('keeps its session and its address, and loses a moment', async () => {
    await joinIkev2(scene, 'client-a', 'swanctl');
    const [before] = await sessions(client());
    const pulse = new Pulse(client(), places.web);
    await pulse.answered(5, readyMs);
    const answered = pulse.loss().answered;
    await client().exec(['ip', 'link', 'set', 'dev', 'eth0', 'down']);
    await client().exec(['ip', 'route', 'replace', 'default', 'via', '192.168.60.1']);
    await pulse.answered(answered + 20, movedMs);
    await pulse.stop();
    expect(pulse.loss().lost).toBeLessThan(movedMs / 50);
    const [after] = await sessions(client());
    expect([before?.local, after?.local]).toEqual([places.clientA, '192.168.60.3']);
    expect(after).toEqual({ ...before, local: after?.local });
  });
});

/** Words for all that a client says and hears, each of which can be looked for on a wire. */
function newCanaries() {
  const word = () => `canary${crypto.randomUUID().replaceAll('-', '')}`;
  return { address: word(), download: word(), name: word() };
}
type Canaries = ReturnType<typeof newCanaries>;

/** Has the client say and hear them: in what it asks for, in what it gets, in the name it asks. */
async function sayAll(canaries: Canaries): Promise<void> {
  await get(client(), `http://${places.web}/ip?${canaries.address}`);
  await get(client(), `http://${places.web}/download?bytes=10000&text=${canaries.download}`);
  await askForName(client(), `${canaries.name}.example.test`, places.web);
}

/** Which of them can be read in what was recorded. */
function heard(capture: Capture, canaries: Canaries): string[] {
  const all = Object.entries(canaries);
  return all.filter(([, word]) => capture.occurrences(Buffer.from(word)) > 0).map(([key]) => key);
}

describe('somebody who listens on the wire', () => {
  it('finds nothing of what is said, though it is there to be found at both ends', async () => {
    const { file } = await redeem(scene, 'client-a', 'swanctl');
    const { scratch } = scene.lab;
    // The kernel's ESP has no interface of its own: what it decrypts shows on the client's wire.
    const at = kernelHasEsp() ? [] : [client()];
    const wires = [await Capture.start(router(), 'wan', scratch)];
    for (const node of at) wires.push(await Capture.start(node, 'eth0', scratch));
    await connectByFile(client(), file);
    const ends = [await Capture.start(scene.lab.node('web'), 'eth0', scratch)];
    for (const node of at) ends.push(await Capture.start(node, 'ipsec0', scratch));
    const canaries = newCanaries();
    await sayAll(canaries);
    await Promise.all([...wires, ...ends].map((capture) => capture.stop()));
    const all = Object.keys(canaries);
    for (const end of ends) expect(heard(end, canaries)).toEqual(all);
    for (const wire of wires) expect(heard(wire, canaries)).toEqual([]);
    for (const wire of wires) {
      expect(await wire.packets('udp port 4500')).toBeGreaterThan(10);
      expect(await wire.packets(inClear)).toBe(0);
    }
  });

  it('finds all of it when there is no tunnel, so that the test above can fail', async () => {
    const wire = await Capture.start(router(), 'wan', scene.lab.scratch);
    const canaries = newCanaries();
    await sayAll(canaries);
    await wire.stop();
    expect(heard(wire, canaries)).toEqual(Object.keys(canaries));
    expect(await wire.packets(inClear)).toBeGreaterThan(0);
  });
});

// Last, since the web server goes on for a while with what nobody fetches any more.
describe('a road of 1280 bytes, and a gateway', () => {
  const setMtu = async (mtu: number) => {
    const { id } = scene.gateway;
    await scene.tenant.cli.run(z.unknown(), 'gateway', 'update', id, '--mtu', `${mtu}`);
    await scene.crowd.untilReported(id);
  };
  afterEach(async () => {
    await leave(scene, 'client-a');
    await mend(router());
    await setMtu(1420);
  });

  it.each(['swanctl', 'wireguard'] as const)(
    'that knows of it, carry a whole download by %s, and would not otherwise',
    async (kind) => {
      await narrow(router(), 1280);
      await joinBy(scene, 'client-a', kind);
      await expect(get(client(), download)).rejects.toThrow(/timeout|timed out/);
      await setMtu(1280);
      const { bytes } = await startDownload(client(), download).finished();
      expect(bytes).toBe(2_000_000);
    },
  );
});

// IKEv2 over bad roads, with two NATs on the gateway's side and one on the client's.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from './capture.ts';
import { lose, lostPackets, mend, narrow } from './conditions.ts';
import { HandMadeAuthority, startHandMadeClient, startHandMadeGateway } from './hand-made.ts';
import type { Network } from './network.ts';
import { addressSeen, get, Pulse, ping, startDownload } from './probe.ts';
import { initiate, sessions, stopStrongswan } from './strongswan.ts';
import { createTopology, type Lab, places, usualNetwork } from './topology.ts';

const readyMs = 10_000;
const download = `http://${places.web}/download?bytes=2000000`;
/** Moving takes one exchange of messages, whatever the road. */
const movedMs = 5000;
const inClear = 'not (udp port 500 or udp port 4500 or arp or ip6 multicast)';

/** The usual network, where client A can also plug into the network of home B. */
function networkWithTwoHomes(): Network {
  const { nodes } = usualNetwork({ doubleNat: true });
  const client = nodes['client-a'];
  if (!client) throw new Error('the usual network has no client-a');
  const eth1 = { segment: 'home-b', addresses: ['192.168.60.3/24'] };
  const interfaces = { ...client.interfaces, eth1 };
  return { nodes: { ...nodes, 'client-a': { ...client, interfaces } } };
}

let lab: Lab;
let authority: HandMadeAuthority;

beforeAll(async () => {
  lab = await createTopology(networkWithTwoHomes());
  const web = lab.node('web').node('lab/programs/web-server.ts');
  authority = await HandMadeAuthority.make();
  await startHandMadeGateway(lab.node('gateway'), authority, places.site);
  await web.waitFor(/listening/, readyMs);
});
afterAll(() => lab?.down());

const client = () => lab.node('client-a');
const router = () => lab.node('home-a-nat');

async function startClient(options: { keyType?: 'rsa'; fragmentation?: 'no' } = {}): Promise<void> {
  const who = { host: places.site, identity: 'phone@lab.test', ...options };
  await startHandMadeClient(client(), authority, who);
}

afterEach(() => stopStrongswan(client()));

it('comes in through three NATs and sees both ends of it', async () => {
  await startClient();
  await initiate(client(), 'net');
  expect(await sessions(client())).toMatchObject([{ natHere: true, natThere: true }]);
  expect(await addressSeen(client(), places.web)).toBe(places.site);
});

describe('a road of 1280 bytes that drops pieces of packets', () => {
  afterEach(() => mend(router()));

  it('lets a client in whose messages are cut to fit', async () => {
    await startClient({ keyType: 'rsa' });
    await narrow(router(), 1280);
    await initiate(client(), 'net');
    expect(await ping(client(), places.web)).toMatchObject({ sent: 3, received: 3 });
    expect(await lostPackets(router())).toBe(0);
  });

  it('keeps a client out whose messages are not, so that the test above can fail', async () => {
    await startClient({ keyType: 'rsa', fragmentation: 'no' });
    await narrow(router(), 1280);
    await expect(initiate(client(), 'net', 8)).rejects.toThrow(/establishing|timeout|timed out/);
    expect(await lostPackets(router())).toBeGreaterThan(0);
  });
});

describe('a road that loses five packets of a hundred', () => {
  afterEach(() => mend(router()));

  it('carries a connection and a whole download', async () => {
    await startClient();
    await lose(router(), 5);
    await initiate(client(), 'net');
    expect(await startDownload(client(), download).finished()).toMatchObject({ bytes: 2_000_000 });
    expect(await lostPackets(router())).toBeGreaterThan(0);
  });
});

describe('a client that goes from one network to another', () => {
  it('keeps its session and its address, and loses a moment', async () => {
    await startClient();
    await initiate(client(), 'net');
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
    await client().exec(['ip', 'link', 'set', 'dev', 'eth0', 'up']);
    await client().exec(['ip', 'route', 'replace', 'default', 'via', '192.168.50.1']);
  });
});

describe('somebody who listens on the wire', () => {
  it('finds nothing of what is said, though it is there to be found at both ends', async () => {
    await startClient();
    const folder = lab.scratch;
    const wires = [
      await Capture.start(client(), 'eth0', folder),
      await Capture.start(router(), 'wan', folder),
    ];
    await initiate(client(), 'net');
    const ends = [
      await Capture.start(client(), 'ipsec0', folder),
      await Capture.start(lab.node('web'), 'eth0', folder),
    ];
    const canary = `canary${crypto.randomUUID()}`;
    await get(client(), `http://${places.web}/ip?${canary}`);
    await Promise.all([...wires, ...ends].map((capture) => capture.stop()));
    const found = (capture: Capture) => capture.occurrences(Buffer.from(canary));
    expect(ends.map(found)).toEqual([1, 1]);
    expect(wires.map(found)).toEqual([0, 0]);
    for (const wire of wires) {
      expect(await wire.packets('udp port 4500')).toBeGreaterThan(10);
      expect(await wire.packets(inClear)).toBe(0);
    }
  });

  it('finds it when there is no tunnel, so that the test above can fail', async () => {
    await startClient();
    const wire = await Capture.start(router(), 'wan', lab.scratch);
    const canary = `canary${crypto.randomUUID()}`;
    await get(client(), `http://${places.web}/ip?${canary}`);
    await wire.stop();
    expect(wire.occurrences(Buffer.from(canary))).toBe(1);
    expect(await wire.packets(inClear)).toBeGreaterThan(0);
  });
});

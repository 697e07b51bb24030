// The packet filter of a gateway's IKEv2, whoever does ESP there: what is not from a device that is
// let in, or would leave in clear, does not pass; without the filter it would.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from './capture.ts';
import { joinIkev2, untilIkev2 } from './ikev2-story.ts';
import { ping } from './probe.ts';
import { endScene, type Scene, setScene } from './scene.ts';
import { sessions } from './strongswan.ts';
import { places } from './topology.ts';

/** The customer's firewall: reached by the tunnel alone. */
const inside = '10.10.0.1';
const table = ['inet', 'sallyport_ikev2'];
let scene: Scene;
/** The device's own address, and one of the pool that nobody has. */
let own = '';
let nobodys = '';

const client = () => scene.lab.node('client-a');
const gateway = () => scene.lab.node('gateway');
/** A machine beside the gateway. */
const beside = () => scene.lab.node('site-nat');

beforeAll(async () => {
  scene = await setScene({ ikev2: true });
  await untilIkev2(scene);
  await joinIkev2(scene, 'client-a', 'swanctl');
  const [session] = await sessions(client());
  own = session?.virtual.find((address) => !address.includes(':')) ?? '';
  nobodys = own.replace(/\d+$/, '200');
  const spoof = [
    `addr add ${nobodys}/32 dev lo`,
    `route add ${places.web} via ${places.gateway} table 9`,
    `rule add from ${nobodys} table 9`,
  ].join('\n');
  await beside().exec(['ip', '-batch', '-'], { input: spoof });
  await gateway().exec(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0']);
  await gateway().exec(['sysctl', '-qw', 'net.ipv4.conf.eth0.rp_filter=0']);
});
afterAll(() => scene && endScene(scene));

/** How many packets come back to the machine beside the gateway, to which it sends them. */
async function forwarded(send: readonly string[], filter: string): Promise<number> {
  const capture = await Capture.start(beside(), 'lan', scene.lab.scratch);
  const how = ['-n', '-c', '3', '-i', '0.2', '-W', '1'];
  await beside().exec(['ping', ...how, ...send], { mayFail: true });
  await capture.stop();
  return capture.packets(`icmp and ${filter}`);
}

/** What pretends to come from the pool, and comes in clear. */
const pretended = () =>
  forwarded(['-I', nobodys, places.web], `src host ${places.gateway} and dst host ${places.web}`);

/** What is for an address of the pool that has no tunnel. */
async function inClear(): Promise<number> {
  await beside().exec(['ip', 'addr', 'del', `${nobodys}/32`, 'dev', 'lo']);
  await beside().exec(['ip', 'route', 'add', nobodys, 'via', places.gateway]);
  const count = await forwarded([nobodys], `dst host ${nobodys} and ip[8] = 63`);
  await beside().exec(['ip', 'route', 'del', nobodys]);
  await beside().exec(['ip', 'addr', 'add', `${nobodys}/32`, 'dev', 'lo']);
  return count;
}

describe('the packet filter of IKEv2', () => {
  it('lets a device through while its address is in the set, and not without', async () => {
    expect(await ping(client(), inside)).toMatchObject({ received: 3 });
    await gateway().exec(['nft', 'delete', 'element', ...table, 'admitted4', `{ ${own} }`]);
    expect(await ping(client(), inside)).toMatchObject({ sent: 3, received: 0 });
    expect(await ping(client(), places.gateway)).toMatchObject({ sent: 3, received: 0 });
    await gateway().exec(['nft', 'add', 'element', ...table, 'admitted4', `{ ${own} }`]);
    expect(await ping(client(), inside)).toMatchObject({ received: 3 });
  });

  it('stops what pretends to be from the pool, and what would leave in clear', async () => {
    const add = ['nft', 'add', 'element', ...table, 'admitted4', `{ ${nobodys} }`];
    // Though the address is let in: what counts is that no tunnel carries it.
    await gateway().exec(add);
    expect([await pretended(), await inClear()]).toEqual([0, 0]);
    await gateway().exec(['nft', 'delete', 'table', ...table]);
    expect(await pretended()).toBeGreaterThan(0);
    expect(await inClear()).toBeGreaterThan(0);
  });
});

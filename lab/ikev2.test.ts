// IKEv2 at work: devices of every kind connect from what their link gave out, through the gateway
// that the product set up.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { disconnect, type Ikev2Kind } from './ikev2-client.ts';
import { joinIkev2, untilIkev2 } from './ikev2-story.ts';
import { addressSeen, Pulse, ping, startDownload } from './probe.ts';
import { endScene, type Scene, setScene } from './scene.ts';
import { places } from './topology.ts';

const kinds: readonly Ikev2Kind[] = [
  'mobileconfig',
  'windows',
  'sswan',
  'android',
  'networkmanager',
  'swanctl',
  'ipsec',
];
const patienceMs = 10_000;
const download = `http://${places.web}/download?bytes=5000000`;
let scene: Scene;

beforeAll(async () => {
  scene = await setScene({ ikev2: true });
  await untilIkev2(scene);
});
afterAll(() => scene && endScene(scene));
afterEach(() => disconnect(scene.lab.node('client-a')));

it.each(kinds)('lets a device in by its %s, and does not bother it with others', async (kind) => {
  await joinIkev2(scene, 'client-a', kind);
  const client = scene.lab.node('client-a');
  expect(await ping(client, places.web)).toMatchObject({ sent: 3, received: 3 });
  expect(await addressSeen(client, places.web)).toBe(places.site);
  const pulse = new Pulse(client, places.web);
  await pulse.answered(5, patienceMs);
  const { id } = await scene.crowd.add();
  expect(await startDownload(client, download).finished()).toMatchObject({ bytes: 5_000_000 });
  await scene.crowd.revoke(id);
  await scene.crowd.untilReported(scene.gateway.id);
  await pulse.answered(pulse.loss().answered + 1, patienceMs);
  expect(pulse.loss().lost).toBe(0);
  await pulse.stop();
});

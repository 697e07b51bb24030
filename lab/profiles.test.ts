// Profiles at work: devices of every kind there is connect from what their link gave out, through
// the gateway that the product set up.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { profileKinds } from '../src/model/profile.ts';
import { untilIkev2 } from './ikev2-story.ts';
import { addressSeen, Pulse, ping, startDownload } from './probe.ts';
import { joinBy, joinByCode, leave } from './profile-story.ts';
import { endScene, type Scene, setScene } from './scene.ts';
import * as story from './story.ts';
import { places } from './topology.ts';

const patienceMs = 10_000;
const download = `http://${places.web}/download?bytes=5000000`;
let scene: Scene;

beforeAll(async () => {
  // Passwords need a name.
  scene = await setScene({ ikev2: true, host: 'vpn.example.test' });
  await story.allowPasswords(scene.tenant);
  await untilIkev2(scene);
});
afterAll(() => scene && endScene(scene));
afterEach(() => leave(scene, 'client-a'));

/** That a device is in, and stays in whatever becomes of others. */
async function expectAtHome(): Promise<void> {
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
}

it.each(profileKinds)(
  'lets a device in by its %s, and does not bother it with others',
  async (kind) => {
    await joinBy(scene, 'client-a', kind);
    await expectAtHome();
  },
);

it('lets a device in by the QR code that its user has on the screen', async () => {
  await joinByCode(scene, 'client-a');
  await expectAtHome();
});

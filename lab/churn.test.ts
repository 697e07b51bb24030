// A hundred devices come and go on a gateway while somebody else's download runs through it.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { forAll, presentPeers, untilRevision } from './crowd.ts';
import { Pulse, segmentsLost, startDownload } from './probe.ts';
import { type Client, endScene, joinClient, type Scene, setScene } from './scene.ts';
import { places } from './topology.ts';

const devices = 100;
const patienceMs = 20_000;
// WireGuard in user space has the kernel's small default receive buffer: on a busy machine a faster
// download overflows it now and then, whatever the gateway does.
const rate = 1_000_000;
const seconds = 10;
const noticeableMs = 1000;

let scene: Scene;
let b: Client;

beforeAll(async () => {
  scene = await setScene();
  b = await joinClient(scene, 'client-b', "Ann's laptop");
});
afterAll(() => scene && endScene(scene));

/** Waits until the agent is where the API wants it, then compares WireGuard with the API. */
async function expectExactlyTheApisDevices(): Promise<number> {
  const { lab, gateway, crowd } = scene;
  await untilRevision(gateway.agent, await crowd.revision(gateway.id));
  const present = await presentPeers(lab.node('gateway'));
  expect(present).toEqual(await crowd.wantedPeers(gateway.id));
  return present.size;
}

it('adds and revokes 100 devices while a download and a 10 ms pulse lose nothing', async () => {
  const { lab, crowd } = scene;
  const client = lab.node(b.node);
  const pulse = new Pulse(client, places.web, 10);
  const bytes = rate * seconds;
  const url = `http://${places.web}/download?bytes=${bytes}&rate=${rate}`;
  const download = startDownload(client, url);
  await Promise.all([pulse.answered(10, patienceMs), download.underWay()]);
  const lostBefore = await segmentsLost(lab.node('web'));

  const added = await crowd.addMany(devices);
  expect(await expectExactlyTheApisDevices()).toBe(devices + 1);
  await forAll(added, ({ id }) => crowd.revoke(id));
  expect(await expectExactlyTheApisDevices()).toBe(1);
  expect(download.progress()?.done).toBe(false);

  const { bytes: received, longestPauseMs } = await download.finished();
  const { answered, lost } = pulse.loss();
  await pulse.stop();
  // The program asks once and never again, so all of it came over one connection.
  expect(received).toBe(bytes);
  expect(longestPauseMs).toBeLessThan(noticeableMs);
  expect(lost).toBe(0);
  expect(answered).toBeGreaterThan(100);
  expect((await segmentsLost(lab.node('web'))) - lostBefore).toBe(0);
});

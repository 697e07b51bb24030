// The lab's own measuring: pulses that stop, downloads that pause, and downloads that break.

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Pulse, startDownload } from './probe.ts';
import { startWebServer } from './story.ts';
import { createTopology, type Lab, places } from './topology.ts';

const patienceMs = 10_000;
const rate = 4_000_000;
let lab: Lab;

beforeAll(async () => {
  lab = await createTopology();
  await startWebServer(lab);
});
afterAll(() => lab?.down());

it('dates the last answer of a pulse between the last good moment and the cut', async () => {
  const pulse = new Pulse(lab.node('client-a'), places.web);
  await pulse.answered(5, patienceMs);
  const before = Date.now() - 200;
  await lab.node('home-a-nat').exec(['ip', 'link', 'set', 'dev', 'wan', 'down']);
  const after = Date.now() + 200;
  const last = await pulse.silent(patienceMs);
  await pulse.stop();
  expect(last).toBeGreaterThan(before);
  expect(last).toBeLessThan(after);
});

it('counts every byte of a download and keeps to the pace that was asked for', async () => {
  const url = `http://${places.web}/download?bytes=${rate}&rate=${rate}`;
  const download = startDownload(lab.node('client-b'), url);
  expect((await download.underWay()).done).toBe(false);
  const { bytes, ms } = await download.finished();
  expect(bytes).toBe(rate);
  expect(ms).toBeGreaterThan(800);
});

it('sees a pause in a download', async () => {
  const url = `http://${places.web}/download?bytes=${2 * rate}&rate=${rate}`;
  const download = startDownload(lab.node('client-b'), url);
  await download.underWay();
  const nat = lab.node('home-b-nat');
  await nat.exec(['nft', 'add table ip pause']);
  const chain = '{ type filter hook forward priority 0; policy drop; }';
  await nat.exec(['nft', `add chain ip pause everything ${chain}`]);
  // The length of the pause is what is being tested.
  await delay(600);
  await nat.exec(['nft', 'delete table ip pause']);
  const { bytes, longestPauseMs } = await download.finished();
  expect(bytes).toBe(2 * rate);
  expect(longestPauseMs).toBeGreaterThan(500);
});

it('does not take a download that broke off for one that finished', async () => {
  const url = `http://${places.web}/download?bytes=${20 * rate}&rate=${rate}`;
  const download = startDownload(lab.node('client-b'), url);
  await download.underWay();
  await lab.node('web').stopAll();
  await expect(download.finished()).rejects.toThrow(/ended too early/);
});

// IKEv2 through everything that happens to a gateway and its devices: revoking, a new authority, a
// daemon that dies or hangs, a reboot.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { slowness } from './enter.ts';
import { disconnect } from './ikev2-client.ts';
import { type Ikev2Device, joinIkev2, receiptOf, reconnect, untilIkev2 } from './ikev2-story.ts';
import { Pulse, ping } from './probe.ts';
import { endScene, type Scene, setScene } from './scene.ts';
import * as story from './story.ts';
import { charonPid, sessions, startStrongswan } from './strongswan.ts';
import { places } from './topology.ts';

const patienceMs = 20_000;
const cutMostMs = 2000 * slowness;
const cuts = Number(process.env.CUTS ?? 3);
/** Three silences of charon, and the pauses between them. */
const restartMostMs = 40_000 * slowness;
// A download that is under way long before the cut, and ends after it.
const download = `http://${places.web}/download?bytes=8000000&rate=1000000`;
/** The customer's firewall: reached by the tunnel alone, so that no ping goes around it. */
const inside = '10.10.0.1';
let scene: Scene;

beforeAll(async () => {
  scene = await setScene({ ikev2: true });
  await untilIkev2(scene);
});
afterAll(() => scene && endScene(scene));

const node = (name: 'client-a' | 'client-b' | 'gateway') => scene.lab.node(name);

afterEach(async () => {
  await Promise.all([disconnect(node('client-a')), disconnect(node('client-b'))]);
});

/** That a device is in, whatever happened before. */
async function expectThrough(device: Ikev2Device): Promise<void> {
  const pulse = new Pulse(scene.lab.node(device.node), inside);
  await pulse.answered(5, patienceMs);
  await pulse.stop();
}

describe('a device that is revoked while it downloads', () => {
  it.each(Array.from({ length: cuts }, (_, i) => i))(
    'is cut off at once and for good, and its neighbour is not (%i)',
    async () => {
      const device = await joinIkev2(scene, 'client-a', 'swanctl');
      const neighbour = await joinIkev2(scene, 'client-b', 'swanctl');
      const cut = await story.revokeWhileBusy(scene.lab, {
        // Not by the command, whose start takes its time on a busy machine.
        revoke: () => scene.crowd.revoke(device.id),
        client: device.node,
        bystander: neighbour.node,
        pingAddress: inside,
        downloadUrl: download,
      });
      expect(cut.lastAnswerMs).toBeLessThan(cutMostMs);
      expect(cut.download).toMatchObject({ bytes: 8_000_000 });
      expect(cut.bytesAfterCut).toBeGreaterThan(0);
      await expect(reconnect(scene, device)).rejects.toThrow(/AUTHENTICATION_FAILED/);
      await expectThrough(neighbour);
      const receipt = await receiptOf(scene, device);
      expect(receipt).toMatchObject({ protocol: 'ikev2', credential: device.identity });
    },
  );
});

const authoritiesSchema = z.object({
  items: z.array(z.object({ id: z.string(), status: z.string() })),
});

async function authorityIn(state: string): Promise<string> {
  const { items } = await scene.tenant.cli.run(authoritiesSchema, 'authority', 'list');
  const found = items.find((one) => one.status === state);
  if (!found) throw new Error(`no authority is ${state}: ${JSON.stringify(items)}`);
  return found.id;
}

describe('an authority that is replaced', () => {
  it("bothers nobody while both count, and cuts off the old one's devices in the end", async () => {
    const old = await joinIkev2(scene, 'client-a', 'swanctl');
    const pulse = new Pulse(node('client-a'), inside);
    await pulse.answered(5, patienceMs);
    await scene.tenant.cli.run(z.unknown(), 'authority', 'rotate', await authorityIn('active'));
    const begin = performance.now();
    await scene.crowd.untilReported(scene.gateway.id);
    // The new one's list of revoked certificates is fetched at once, not with the next look.
    expect(performance.now() - begin).toBeLessThan(patienceMs);
    const fresh = await joinIkev2(scene, 'client-b', 'swanctl');
    await expectThrough(fresh);
    await pulse.answered(pulse.loss().answered + 1, patienceMs);
    expect(pulse.loss().lost).toBe(0);
    await reconnect(scene, old);
    await expectThrough(old);
    const retire = ['authority', 'retire', await authorityIn('retiring'), '--yes'];
    await scene.tenant.cli.run(z.unknown(), ...retire);
    await pulse.silent(patienceMs);
    await pulse.stop();
    await expect(reconnect(scene, old)).rejects.toThrow(/AUTHENTICATION_FAILED/);
    await untilIkev2(scene);
    await reconnect(scene, fresh);
    await expectThrough(fresh);
  });
});

const restarts = (lines: readonly string[]) =>
  lines.filter((line) => line.includes('"event":"ikev2.restart"')).length;

/** Waits until the agent has started strongSwan once more than before. */
async function untilRestarted(before: number): Promise<void> {
  const more = (lines: readonly string[]) => restarts(lines) > before || undefined;
  await scene.gateway.agent.until(more, restartMostMs);
}

/** Has as many ask charon as its socket lets wait, and more, so that it turns others away. */
async function crowdVici(): Promise<void> {
  const ask = ['timeout', '1', 'swanctl', '--stats'];
  const asking = Array.from({ length: 8 }, () => node('gateway').exec(ask, { mayFail: true }));
  await Promise.all(asking);
}

describe('strongSwan on the gateway', () => {
  it('is started anew when it dies, and lets devices in again', async () => {
    const device = await joinIkev2(scene, 'client-a', 'swanctl');
    const before = restarts(scene.gateway.agent.lines);
    process.kill(await charonPid(node('gateway')), 'SIGKILL');
    await untilRestarted(before);
    await reconnect(scene, device);
    await expectThrough(device);
  });

  it('is started anew when it hangs, and who was revoked meanwhile stays out', async () => {
    const device = await joinIkev2(scene, 'client-a', 'swanctl');
    const neighbour = await joinIkev2(scene, 'client-b', 'swanctl');
    // One that started strongSwan just now would leave it alone for half a minute.
    await scene.gateway.agent.stop();
    scene.gateway.agent = await story.startAgent(scene.lab, scene.gateway.folder);
    const before = restarts(scene.gateway.agent.lines);
    process.kill(await charonPid(node('gateway')), 'SIGSTOP');
    await crowdVici();
    await scene.crowd.revoke(device.id);
    await untilRestarted(before);
    await reconnect(scene, neighbour);
    await expectThrough(neighbour);
    await expect(reconnect(scene, device)).rejects.toThrow(/AUTHENTICATION_FAILED/);
  });
});

describe('a gateway that reboots', () => {
  it('lets devices in again from what it kept, while the control plane is away', async () => {
    const device = await joinIkev2(scene, 'client-a', 'swanctl');
    scene.controlPlane.process.kill('SIGKILL');
    await scene.controlPlane.process.exited;
    await scene.lab.reboot('gateway');
    expect(await ping(node('client-a'), inside)).toMatchObject({ received: 0 });
    await startStrongswan(node('gateway'));
    scene.gateway.agent = await story.startAgent(scene.lab, scene.gateway.folder);
    await reconnect(scene, device);
    await expectThrough(device);
    expect(await sessions(node('gateway'))).toHaveLength(1);
    scene.controlPlane = await story.startControlPlane(scene.lab, scene.controlPlane);
  });
});

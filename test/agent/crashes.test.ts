// kill -9 at every single call the agent makes of its host, before and after the call's effect:
// after a restart the machine is where it should be.

import { describe, expect, it } from 'vitest';
import { keyNumber, peerNumber } from '../render/server/documents.ts';
import type { World } from './fake-control-plane.ts';
import type { CrashPlan } from './fake-host.ts';
import { addressesNumber, identityNumber, ikev2Lab, ikev2World } from './ikev2-lab.ts';
import { directory, enrolledLab, Lab, worldOf } from './lab.ts';

const first = worldOf(1, 2, 3);
const rekeyed: World = {
  ...first,
  peers: [{ ...peerNumber(1), publicKey: keyNumber(501) }, peerNumber(3), peerNumber(4)],
};
const moved: World = {
  ...rekeyed,
  wireguard: { ...rekeyed.wireguard, listenPort: 443, mtu: 1380 },
};
interface Story {
  worlds: World[];
  alwaysWhole?: boolean;
  sockets?: boolean;
}

const stories: Record<string, Story> = {
  'the first document': { worlds: [first] },
  'deltas of peers and of sections': { worlds: [first, rekeyed, moved] },
  'whole documents': { worlds: [first, moved], alwaysWhole: true },
  'IKEv2, its devices, and its end': {
    worlds: [ikev2World([1, 2]), ikev2World([2, 3], { revocations: 2 }), first],
  },
  'deltas announced by a socket': { worlds: [first, rekeyed, moved, first], sockets: true },
};

async function labFor(story: string): Promise<Lab> {
  const lab = await ikev2Lab();
  lab.machine.charon.connect(identityNumber(1), addressesNumber(1));
  const { worlds, alwaysWhole = false, sockets = false } = stories[story] ?? { worlds: [] };
  Object.assign(lab.control, { alwaysWhole, sockets });
  const [world, ...rest] = worlds;
  if (world) lab.control.publish(world);
  lab.control.script = [...rest];
  return lab;
}

async function outcomeOf(lab: Lab) {
  const { exitCode } = await lab.run();
  const report = lab.control.reports.at(-1);
  const identity = lab.machine.disk.get(`${directory}/identity.key`)?.text;
  return {
    exitCode,
    machine: lab.machine.toText(),
    revision: report?.revision,
    digest: report?.peerDigest,
    knownIdentity: identity?.includes(lab.control.enrolled[0]?.identityKey ?? 'none'),
  };
}

function crashPlans(calls: number): CrashPlan[] {
  return Array.from({ length: calls }, (_, index) => index + 1).flatMap((call) => [
    { call, when: 'before' } as const,
    { call, when: 'after' } as const,
  ]);
}

describe('after a crash anywhere', () => {
  it.each(Object.keys(stories))('the agent converges: %s', { timeout: 60_000 }, async (story) => {
    const undisturbed = await labFor(story);
    const calls = (await undisturbed.run()).host.calls.length;
    const expected = await outcomeOf(await labFor(story));
    expect(calls).toBeGreaterThan(20);
    for (const crash of crashPlans(calls)) {
      const lab = await labFor(story);
      await lab.run({ crash });
      expect({ crash, ...(await outcomeOf(lab)) }).toEqual({ crash, ...expected });
    }
  });

  it('a device that was cut stays cut although the control plane is away', async () => {
    const cutting = worldOf(1, 3);
    const probe = await enrolledLab();
    probe.control.publish(first);
    probe.control.script = [cutting];
    const { host } = await probe.run();
    const journaled = host.calls.findIndex((call) => /^appendText .*"remove":\["d_/.test(call)) + 1;
    expect(journaled).toBeGreaterThan(0);

    const lab = await enrolledLab();
    lab.control.publish(first);
    lab.control.script = [cutting];
    await lab.run({ crash: { call: journaled, when: 'after' } });
    expect(lab.machine.toText()).toContain(peerNumber(2).publicKey);
    lab.control.online = false;
    await lab.run({ until: () => true });
    expect(lab.machine.toText()).not.toContain(peerNumber(2).publicKey);
    expect(lab.machine.toText()).toContain(peerNumber(1).publicKey);
  });

  it('an enrolment can be repeated with the same token and keys', async () => {
    const undisturbed = new Lab();
    const calls = (await undisturbed.enroll()).host.calls.length;
    expect(calls).toBeGreaterThan(5);
    for (const crash of crashPlans(calls)) {
      const lab = new Lab();
      await lab.enroll({ crash });
      const again = await lab.enroll();
      const done = lab.machine.disk.has(`${directory}/gateway.json`);
      const already = again.host.logged.join().includes('already');
      expect({ crash, done, fine: again.exitCode === 0 || already }).toEqual({
        crash,
        done: true,
        fine: true,
      });
      expect(new Set(lab.control.enrolled.map(({ identityKey }) => identityKey)).size).toBe(1);
      lab.control.publish(first);
      expect((await outcomeOf(lab)).revision).toBe(1);
    }
  });
});

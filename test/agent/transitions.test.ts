// Every document is reached from every other, by deltas and by whole documents, in random order,
// and the machine then looks exactly as if it had always been there.

import { describe, expect, it } from 'vitest';
import { keyNumber, peerNumber, usualFirewall } from '../render/server/documents.ts';
import { expectGolden } from '../render/server/golden.ts';
import type { World } from './fake-control-plane.ts';
import { enrolledLab, type Lab, worldOf } from './lab.ts';

const swapped = [peerNumber(1), peerNumber(2)].map((peer, index) => ({
  ...peer,
  addresses: peerNumber(2 - index).addresses,
}));
const many = Array.from({ length: 100 }, (_, index) => index + 1);

const worlds: Record<string, World> = {
  empty: worldOf(),
  three: worldOf(1, 2, 3),
  others: worldOf(3, 4),
  rekeyed: {
    ...worldOf(),
    peers: [{ ...peerNumber(1), publicKey: keyNumber(501) }, peerNumber(3)],
  },
  swapped: { ...worldOf(), peers: swapped },
  moved: {
    ...worldOf(1),
    wireguard: { listenPort: 443, mtu: 1380, addresses: ['10.64.0.254/18'] },
    firewall: { masquerade: ['10.64.0.0/18'], isolateClients: false },
  },
  reachable: { ...worldOf(1, 2), firewall: { ...usualFirewall, isolateClients: false } },
  many: worldOf(...many),
  most: worldOf(...many.map((number) => number + 50)),
};
const names = Object.keys(worlds);

function worldNamed(name: string): World {
  const world = worlds[name];
  if (!world) throw new Error(`there is no world ${name}`);
  return world;
}

/** Small, seeded, good enough to shuffle. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** A walk that takes every step from every world to every other at least once. */
function walk(seed: number): string[] {
  const random = randomFrom(seed);
  const steps = names.flatMap((from) =>
    names.filter((to) => to !== from).map((to) => ({ from, to })),
  );
  const path = [names[random(names.length)] ?? ''];
  while (steps.length > 0) {
    const here = path.at(-1);
    const open = steps.filter(({ from }) => from === here);
    const next = open[random(open.length)] ?? steps[random(steps.length)];
    if (!next) break;
    steps.splice(steps.indexOf(next), 1);
    if (next.from !== here) path.push(next.from);
    path.push(next.to);
  }
  return path;
}

/** The machine after a gateway was brought from nothing to one world. */
async function fresh(name: string): Promise<string> {
  const lab = await enrolledLab();
  lab.control.publish(worldNamed(name));
  await lab.run();
  return lab.machine.toText();
}

// Forwarding is switched on where it is needed and never off, because others may need it as well.
function lasting(text: string): string {
  return text.replace('forwarding 0', 'forwarding 1');
}

async function follow(lab: Lab, path: string[]): Promise<string[]> {
  const texts: string[] = [];
  const [first = '', ...rest] = path;
  lab.control.publish(worldNamed(first));
  lab.control.script = rest.map(worldNamed);
  lab.control.onIdle = () => {
    texts.push(lasting(lab.machine.toText()));
  };
  const { host, exitCode } = await lab.run();
  expect({ exitCode, failed: host.logged.filter((line) => /failed|refused/.test(line)) }).toEqual({
    exitCode: 0,
    failed: [],
  });
  return texts;
}

describe('each world', () => {
  it.each(names)('looks exactly like this from nothing: %s', async (name) => {
    expectGolden(`machine-${name}.txt`, await fresh(name));
  });

  it.each(names)('looks the same with WireGuard in user space: %s', async (name) => {
    const lab = await enrolledLab();
    lab.machine.kernelHasWireguard = false;
    lab.control.publish(worldNamed(name));
    await lab.run();
    expect(lab.machine.toText()).toBe(await fresh(name));
  });
});

describe('every world is reached from every other', () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  const path = walk(seed);

  it.each([
    { way: 'by deltas', alwaysWhole: false },
    { way: 'by whole documents', alwaysWhole: true },
  ])(`$way (SEED=${seed})`, async ({ alwaysWhole }) => {
    const lab = await enrolledLab();
    lab.control.alwaysWhole = alwaysWhole;
    const texts = await follow(lab, path);
    const expected = new Map<string, string>();
    for (const name of names) expected.set(name, lasting(await fresh(name)));
    expect(texts).toHaveLength(path.length);
    for (const [index, name] of path.entries())
      expect({ from: path[index - 1], to: name, text: texts[index] }).toEqual({
        from: path[index - 1],
        to: name,
        text: expected.get(name),
      });
  });

  it(`across restarts of the agent (SEED=${seed})`, async () => {
    const lab = await enrolledLab();
    for (const name of path.slice(0, 30)) {
      lab.control.publish(worldNamed(name));
      await lab.run();
      expect({ name, text: lasting(lab.machine.toText()) }).toEqual({
        name,
        text: lasting(await fresh(name)),
      });
    }
  });

  it(`also when somebody meddles with the machine in between (SEED=${seed})`, async () => {
    const lab = await enrolledLab();
    const random = randomFrom(seed);
    const meddle: (() => void)[] = [
      () => lab.machine.links.clear(),
      () => lab.machine.tunnel.peers.clear(),
      () => lab.machine.tunnel.addresses.splice(0),
      () => lab.machine.tunnel.addresses.unshift('10.64.0.77/18', '192.0.2.1/24'),
      () => Object.assign(lab.machine.tunnel, { up: false, mtu: 1500, listenPort: 1 }),
      () => Object.assign(lab.machine.tunnel, { privateKey: '(none)' }),
      () => Object.assign(lab.machine, { table: undefined }),
      () => lab.machine.sysctls.set('net.ipv4.ip_forward', '0'),
    ];
    for (const name of path.slice(0, 40)) {
      lab.control.publish(worldNamed(name));
      await lab.run();
      expect({ name, text: lasting(lab.machine.toText()) }).toEqual({
        name,
        text: lasting(await fresh(name)),
      });
      meddle[random(meddle.length)]?.();
    }
  });
});

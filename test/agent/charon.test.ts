// The agent with a real charon, nft and client: packets through a tunnel, and none after the cut.

import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/agent/main.ts';
import { CharonWorld, charonMissing } from './charon-world.ts';
import { controlPlaneUrl, FakeControlPlane, type World } from './fake-control-plane.ts';
import { FakeHost } from './fake-host.ts';
import { FakeMachine } from './fake-machine.ts';
import { authority, identityNumber, ikev2World, usualIkev2 } from './ikev2-lab.ts';

const missing = charonMissing();

/** The real agent on the gateway; `end` ends it as SIGTERM does. */
function agentOn(world: CharonWorld, control: FakeControlPlane) {
  const real = world.gatewayHost();
  const fake = new FakeHost(new FakeMachine());
  control.connect(fake);
  const listeners: (() => void)[] = [];
  let ended = false;
  const logged: string[] = [];
  const host = {
    ...real,
    connect: undefined,
    log: (line: string) => void logged.push(line),
    print: () => undefined,
    onTerminate: (listener: () => void) => void listeners.push(listener),
    http: async (request: Parameters<typeof real.http>[0]) => {
      fake.time = Date.now();
      const reply = fake.network(request);
      // The fake does not wait, and the agent must not ask all the time.
      if (reply.status === 204 && !ended) await real.sleep(50);
      return reply;
    },
    exec: async (argv: readonly string[], options: Parameters<typeof real.exec>[1]) => {
      if (argv[0] !== 'systemctl') return real.exec(argv, options);
      await world.startCharon('gateway');
      return { code: 0, stdout: '', stderr: '' };
    },
  };
  const { connect: _, ...rest } = host;
  const state = ['--dir', `${world.folder}/state`];
  const at = `${world.folder}/gateway`;
  const ours = ['--swanctl-dir', at, '--strongswan-dir', `${at}/strongswan.d`];
  const places = [...ours, '--vici', `${at}/vici`, '--interface', world.interfaceName];
  return {
    logged,
    enroll: () => main(rest, ['enroll', '--url', controlPlaneUrl, '--token', 't', ...state]),
    run: () => main(rest, ['run', ...state, ...places]),
    end: () => {
      ended = true;
      for (const listener of listeners) listener();
      real.close();
    },
  };
}

async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within 15 seconds: ${what}`);
}

/** What Debian switches on, and the agent off. */
const unwanted = ['dhcp', 'farp', 'forecast'];

const reason = missing ? ` (${missing})` : '';

describe.skipIf(missing !== undefined)(`a real charon${reason}`, () => {
  it('lets a device through, also after its death, and keeps it out when cut', async () => {
    const world = new CharonWorld();
    const control = new FakeControlPlane();
    const identity = identityNumber(1);
    let running: Promise<number> | undefined;
    let agent: ReturnType<typeof agentOn> | undefined;
    try {
      await world.build(identity);
      mkdirSync(`${world.folder}/state`);
      await world.startCharon('gateway');
      expect(world.plugins('gateway')).toEqual(expect.arrayContaining(unwanted));
      control.certify = (request) => world.certify(request);
      control.revocationsOf = () => world.revocations();
      const certificate = world.base64Of('ca.pem');
      const section = { ...usualIkev2, authorities: [{ id: authority, certificate }] };
      const wanted = (devices: number[], revocations: number): World =>
        ikev2World(devices, { section, revocations });
      control.publish(wanted([1], 0));
      agent = agentOn(world, control);
      expect(await agent.enroll()).toBe(0);
      running = agent.run();
      const status = () => control.reports.at(-1)?.sections.ikev2;
      await until('applied', () => status()?.status === 'applied');
      // It had no connections, so it was started anew with the agent's settings.
      const plugins = world.plugins('gateway');
      expect(plugins).toContain('kernel-libipsec');
      expect(plugins.filter((plugin) => unwanted.includes(plugin))).toEqual([]);
      for (const way of ['pubkey', 'eap']) {
        expect(await world.reaches()).toBe(false);
        expect(await world.swanctl('client', '--initiate', '--child', way)).toBe(0);
        expect(await world.reaches()).toBe(true);
        await world.swanctl('client', '--terminate', '--ike', way);
      }
      await world.killCharon('gateway');
      const login = async () =>
        (await world.swanctl('client', '--initiate', '--child', 'pubkey')) === 0;
      await until('in again', login);
      expect(await world.reaches()).toBe(true);
      world.revokeClient();
      control.publish(wanted([], 2));
      await until('a receipt', () => control.reports.some(({ receipts }) => receipts));
      expect(await world.reaches()).toBe(false);
      await until('the new list', async () => !(await login()));
      expect(await login()).toBe(false);
      expect(control.reports.at(-1)).toMatchObject({ revision: 2, ikev2: { sessions: 0 } });
    } finally {
      agent?.end();
      await running;
      await world.close();
    }
  }, 120_000);
});

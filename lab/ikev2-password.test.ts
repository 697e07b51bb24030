// IKEv2 with a password: what becomes of a device whose client takes no certificate when it is
// revoked.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { disconnect } from './ikev2-client.ts';
import { joinIkev2, untilIkev2 } from './ikev2-story.ts';
import { Pulse } from './probe.ts';
import { endScene, type Scene, setScene } from './scene.ts';
import * as story from './story.ts';
import { initiate } from './strongswan.ts';

const host = 'vpn.example.test';
const patienceMs = 20_000;
/** The customer's firewall: reached by the tunnel alone. */
const inside = '10.10.0.1';
let scene: Scene;

beforeAll(async () => {
  scene = await setScene({ ikev2: true, host });
  await story.allowPasswords(scene.tenant);
  await untilIkev2(scene);
});
afterAll(() => scene && endScene(scene));
afterEach(() => disconnect(scene.lab.node('client-a')));

it('lets a device in by its password until it is revoked, and forgets the password', async () => {
  const { lab, tenant } = scene;
  const client = lab.node('client-a');
  const { id, identity } = await joinIkev2(scene, 'client-a', 'password');
  const pulse = new Pulse(client, inside);
  await pulse.answered(5, patienceMs);
  await tenant.cli.run(z.unknown(), 'device', 'revoke', id);
  await pulse.silent(patienceMs);
  await pulse.stop();
  await scene.crowd.untilReported(scene.gateway.id);
  const { stdout } = await lab
    .node('gateway')
    .exec(['sh', '-c', 'cat /etc/swanctl/conf.d/sallyport.conf']);
  expect(stdout).toContain(`pw.${host}`);
  expect(stdout).not.toContain(identity);
  await client.exec(['sh', '-c', 'swanctl --terminate --ike client --force || true']);
  await expect(initiate(client, 'client')).rejects.toThrow(/EAP|AUTHENTICATION_FAILED/);
});

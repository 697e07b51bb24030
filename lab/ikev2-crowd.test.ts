// A hundred devices at once on one gateway, each with a certificate of its own by the product.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from './api.ts';
import { connectCrowd, redeemMany, startIkev2Crowd } from './ikev2-crowd.ts';
import { untilIkev2 } from './ikev2-story.ts';
import { endScene, type Scene, setScene } from './scene.ts';
import { sessions } from './strongswan.ts';
import { places } from './topology.ts';

const crowd = 100;
/** As an office comes back after a power cut: by itself, charon lets five of an address begin. */
const atOnce = 16;
let scene: Scene;

beforeAll(async () => {
  scene = await setScene({ ikev2: true });
  await untilIkev2(scene);
});
afterAll(() => scene && endScene(scene));

it(`has ${crowd} devices in, each under its own name and its own address`, async () => {
  const { door, tenant, lab } = scene;
  const redeemed = await redeemMany(new Api(door, tenant.key), new Api(door), tenant, crowd);
  const { authority, papers, identities } = redeemed;
  const to = `${places.gateway}/32`;
  const options = { host: places.site, papers, identities, to };
  await startIkev2Crowd(lab.node('client-a'), { certificate: authority }, options);
  await connectCrowd(lab.node('client-a'), { from: 0, to: crowd, atOnce });
  const gateway = lab.node('gateway');
  const refusals = 'grep "ignoring IKE_SA setup" /run/strongswan.log; true';
  expect((await gateway.exec(['sh', '-c', refusals])).stdout).toBe('');
  const there = await sessions(gateway);
  expect(there.map(({ remoteIdentity }) => remoteIdentity).sort()).toEqual([...identities].sort());
  expect(new Set(there.flatMap(({ virtual }) => virtual)).size).toBe(2 * crowd);
});

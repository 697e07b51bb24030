// A gateway with IKEv2 in memory: the usual section, devices, and a control plane that issues.

import type { Ikev2Peer, Ikev2Section } from '../../src/model/ikev2.ts';
import { deviceNumber } from '../render/server/documents.ts';
import type { World } from './fake-control-plane.ts';
import type { FakeHost } from './fake-host.ts';
import { certificateFor, revocationList } from './fake-openssl.ts';
import { enrolledLab, type Lab, type Run, worldOf } from './lab.ts';

export const authority = 'ca_0000000000000001';

export const usualIkev2: Ikev2Section = {
  identity: 'vpn.example.test',
  certificate: null,
  authorities: [{ id: authority, certificate: Buffer.from('an authority').toString('base64') }],
  pools: { v4: '10.72.0.0/18', v6: 'fd5b::/64' },
  routes: ['0.0.0.0/0', '::/0'],
  dns: ['9.9.9.9', '2620:fe::fe'],
  withoutRevocations: 'refuse',
};

export function identityNumber(number: number): string {
  return `${deviceNumber(number).slice(2)}.00000000@0000000000000001.sallyport.internal`;
}

export function addressesNumber(number: number): string[] {
  return [`10.72.0.${number + 1}`, `fd5b::${number + 1}`];
}

/** A world in which these devices may come in, and no device has WireGuard. */
export function ikev2World(
  devices: number[],
  more: Partial<NonNullable<World['ikev2']>> = {},
): World {
  const peers: Ikev2Peer[] = devices.map((number) => ({
    id: deviceNumber(number),
    identity: identityNumber(number),
  }));
  return { ...worldOf(), ikev2: { section: usualIkev2, devices: peers, revocations: 0, ...more } };
}

/** A lab whose control plane issues certificates and lists. */
export async function ikev2Lab(): Promise<Lab> {
  const lab = await enrolledLab();
  const now = Date.UTC(2026, 10, 22);
  lab.control.certify = (request) => certificateFor(request, now - 1000);
  lab.control.revocationsOf = () => revocationList(now - 1000);
  return lab;
}

/** A lab that has settled in the world. */
export async function settledLab(world: World): Promise<Lab> {
  const lab = await ikev2Lab();
  lab.control.publish(world);
  await runUntil(lab, () => lab.control.reports.at(-1)?.sections.ikev2?.status === 'applied');
  return lab;
}

/** Runs the agent until something is so, which is looked at whenever it waits for news. */
export function runUntil(
  lab: Lab,
  until: () => boolean,
  prepare: (host: FakeHost) => void = () => {},
): Promise<Run> {
  let turns = 0;
  return lab.run({
    prepare,
    until: () => {
      // What it was for shows that it never came to that.
      return ++turns > 200 || until();
    },
  });
}

// Any sequence of changes leads an agent that follows the deltas to the same peers as one that asks
// for everything, and to what the API lists.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DesiredState,
  emptyPeerDigest,
  type Peer,
  peerDigestInput,
  togglePeerDigest,
} from '../../src/model/desired-state.ts';
import type { DeviceDetail } from '../../src/model/device.ts';
import { secretHash } from '../../src/pki/tokens.ts';
import { readDocument } from '../contract/agent.ts';
import {
  createTenant,
  enrolledGateway,
  publicKey,
  type TestGateway,
  type TestTenant,
} from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

type Action = { kind: 'create' | 'revoke' | 'reissue' | 'pause' | 'sync'; pick: number };

const actions = fc.array(
  fc.record({
    kind: fc.constantFrom('create', 'create', 'revoke', 'reissue', 'pause', 'sync'),
    pick: fc.nat(20),
  }),
  { maxLength: 30 },
) as fc.Arbitrary<Action[]>;

async function act(tenant: TestTenant, devices: string[], { kind, pick }: Action): Promise<void> {
  const id = devices[pick % Math.max(1, devices.length)];
  const device = tenant.path(`/devices/${id}`);
  if (kind === 'create') {
    const body = { userId: tenant.ownerId, name: 'x', publicKey: publicKey() };
    const reply = await tenant.api<{ id: string }>('POST', tenant.path('/devices'), body);
    if (reply.status === 201) devices.push(reply.body.id);
    else expect(reply.body).toMatchObject({ code: 'pool_exhausted' });
  } else if (id !== undefined && kind === 'revoke') await tenant.api('POST', `${device}/revoke`);
  else if (id !== undefined && kind !== 'sync') {
    const body = kind === 'pause' ? {} : { publicKey: publicKey() };
    const reply = await tenant.api('POST', `${device}/reissue`, body);
    if (reply.status !== 200) expect(reply.body).toMatchObject({ code: 'pool_exhausted' });
  }
}

async function fetchDocument(gateway: TestGateway, since?: number) {
  const query = since === undefined ? '' : `?since=${since}`;
  const { status, text } = await gateway.api('GET', `/v1/agent/state${query}`);
  return status === 204 ? undefined : readDocument(gateway, text);
}

function merge(known: Map<string, Peer>, document: DesiredState): void {
  if (document.base === null) known.clear();
  for (const id of document.peers.remove) known.delete(id);
  for (const peer of document.peers.upsert) known.set(peer.id, peer);
}

async function digestOf(peers: Iterable<Peer>): Promise<string> {
  let digest = emptyPeerDigest;
  for (const peer of peers)
    digest = togglePeerDigest(digest, await secretHash(peerDigestInput(peer)));
  return digest;
}

async function listed(tenant: TestTenant, devices: string[]): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const id of devices) {
    const { body } = await tenant.api<DeviceDetail>('GET', tenant.path(`/devices/${id}`));
    for (const { addresses } of body.connections)
      peers.push({ id, publicKey: body.publicKey ?? '', addresses });
  }
  return peers;
}

const sorted = (peers: Iterable<Peer>) => [...peers].sort((a, b) => (a.id < b.id ? -1 : 1));

test('deltas, the whole document and the API agree after any sequence of changes', async () => {
  const plane = await createControlPlane();
  await fc.assert(
    fc.asyncProperty(actions, async (sequence) => {
      const tenant = await createTenant(plane);
      // Five addresses for devices, so that sequences exhaust and reuse them.
      const gateway = await enrolledGateway(plane, tenant, { pools: { v4: '10.9.0.0/29' } });
      const devices: string[] = [];
      const known = new Map<string, Peer>();
      let revision: number | undefined;
      const follow = async () => {
        const document = await fetchDocument(gateway, revision);
        if (!document) return;
        merge(known, document);
        revision = document.revision;
        expect(document.peerDigest).toBe(await digestOf(known.values()));
      };
      for (const action of sequence) {
        await act(tenant, devices, action);
        if (action.kind === 'sync') await follow();
      }
      await follow();
      const whole = await fetchDocument(gateway);
      expect(sorted(known.values())).toEqual(sorted(whole?.peers.upsert ?? []));
      expect(sorted(known.values())).toEqual(sorted(await listed(tenant, devices)));
      const hosts = [...known.values()].map(({ addresses }) => addresses[0]);
      expect(new Set(hosts).size).toBe(hosts.length);
    }),
    { numRuns: 40 },
  );
}, 60_000);

// What the control plane counts is what the kernel counted, whatever gets lost on the way: the
// agent's counters and the real operation, over random mishaps.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Counters } from '../../src/agent/counters.ts';
import type { PeerStatus } from '../../src/agent/linux.ts';
import { emptyPeerDigest } from '../../src/model/desired-state.ts';
import type { Device } from '../../src/model/device.ts';
import type { Quota } from '../../src/model/quota.ts';
import {
  createDevice,
  createTenant,
  enrolledGateway,
  type Plane,
  publicKey,
  type TestGateway,
  type TestTenant,
} from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';
import { Crash, FakeHost } from './fake-host.ts';
import { FakeMachine } from './fake-machine.ts';

const path = '/state/counters';
const report = {
  revision: 1,
  sections: {},
  peerDigest: emptyPeerDigest,
  peerCount: 0,
  versions: { agent: 'test' },
};

class Host extends FakeHost {
  override random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
}

type Fate = 'arrives' | 'request lost' | 'answer lost';

/** A gateway: a kernel that counts, an agent that reports, a network that loses. */
class Site {
  readonly gateway: TestGateway;
  readonly machine = new FakeMachine();
  readonly peers = new Map<string, PeerStatus>();
  readonly owners = new Map<string, string>();
  /** What the kernel counted, and what of it went before anybody could read it. */
  moved = 0;
  lost = 0;
  host = new Host(this.machine);
  counters = new Counters(this.host, path);
  /** By public key. */
  #unread = new Map<string, number>();
  /** Of those who left, in no report yet; and in a report that did not arrive yet. */
  #left = 0;
  #said = 0;
  #waiting = false;

  constructor(gateway: TestGateway, devices: readonly Device[]) {
    this.gateway = gateway;
    this.counters.load();
    this.counters.reset();
    for (const { id, publicKey: key } of devices) this.connect(id, key ?? '');
  }

  connect(id: string, key: string): void {
    this.owners.set(key, id);
    this.peers.set(key, { allowedIps: [], latestHandshake: 1, receivedBytes: 0, sentBytes: 0 });
  }

  flow(index: number, bytes: number): void {
    const [key, status] = this.#peer(index);
    const receivedBytes = status.receivedBytes + bytes;
    this.peers.set(key, { ...status, receivedBytes, sentBytes: status.sentBytes + 1 });
    this.moved += bytes + 1;
    this.#unread.set(key, (this.#unread.get(key) ?? 0) + bytes + 1);
  }

  /** @returns whether there was something to say */
  async send(fate: Fate): Promise<boolean> {
    const reading = this.counters.read(this.peers, this.owners);
    if (!reading) return false;
    // A report that waits for its answer says nothing of what came since.
    if (!this.#waiting) this.#say();
    this.#waiting = true;
    if (fate === 'request lost') return true;
    const reply = await this.gateway.api('POST', '/v1/agent/report', { ...report, ...reading });
    expect(reply.status).toBe(200);
    this.#said = 0;
    if (fate === 'answer lost') return true;
    this.counters.accept();
    this.#waiting = false;
    return true;
  }

  /** The process dies while it writes a report down. */
  crash(when: 'before' | 'after'): void {
    this.host.crash = { call: this.host.calls.length + 1, when };
    const wasWaiting = this.#waiting;
    try {
      this.counters.read(this.peers, this.owners);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    if (!wasWaiting && when === 'after') this.#say();
    this.restart();
  }

  /** A new process. Whether the last report was accepted it does not know. */
  restart(): void {
    this.host = new Host(this.machine);
    this.counters = new Counters(this.host, path);
    this.counters.load();
    this.#waiting = this.host.readText(path)?.includes('"taken"') ?? false;
  }

  /** The interface is made anew: what nobody had read is gone with it. */
  renew(): void {
    this.#lose();
    for (const [key, status] of this.peers)
      this.peers.set(key, { ...status, receivedBytes: 0, sentBytes: 0 });
    this.counters.reset();
  }

  /** The agent's directory is lost, while the interface stays as it is. */
  forget(): void {
    this.machine.disk.delete(path);
    this.#lose();
    this.lost += this.#left + this.#said;
    this.#left = 0;
    this.#said = 0;
    this.restart();
    this.counters.read(this.peers, this.owners);
  }

  rekey(index: number, key: string): void {
    const [old] = this.#peer(index);
    const id = this.owners.get(old) ?? '';
    this.counters.leave(this.peers, [{ id, publicKey: old }]);
    this.#left += this.#unread.get(old) ?? 0;
    this.#unread.delete(old);
    this.peers.delete(old);
    this.owners.delete(old);
    this.connect(id, key);
  }

  #peer(index: number): [string, PeerStatus] {
    const found = [...this.peers][index % this.peers.size];
    if (!found) throw new Error('there are no peers');
    return found;
  }

  #say(): void {
    for (const bytes of this.#unread.values()) this.#said += bytes;
    this.#said += this.#left;
    this.#left = 0;
    this.#unread.clear();
  }

  #lose(): void {
    for (const bytes of this.#unread.values()) this.lost += bytes;
    this.#unread.clear();
  }
}

type Step = (site: Site) => unknown;

function named(name: string, step: Step): Step {
  return Object.assign(step, { toString: () => name });
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(2), fc.nat(5000))
      .map(([peer, bytes]) => named(`flow ${peer} ${bytes}`, (site) => site.flow(peer, bytes))),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom<Fate>('arrives', 'request lost', 'answer lost')
      .map((fate) => named(`send: ${fate}`, (site) => site.send(fate))),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<'before' | 'after'>('before', 'after')
      .map((when) => named(`crash ${when}`, (site) => site.crash(when))),
  },
  { weight: 1, arbitrary: fc.constant(named('restart', (site) => site.restart())) },
  { weight: 1, arbitrary: fc.constant(named('renew', (site) => site.renew())) },
  { weight: 1, arbitrary: fc.constant(named('forget', (site) => site.forget())) },
  {
    weight: 1,
    arbitrary: fc
      .nat(2)
      .map((peer) => named(`rekey ${peer}`, (site) => site.rekey(peer, publicKey()))),
  },
);

async function monthOf(tenant: TestTenant): Promise<number[]> {
  const { body } = await tenant.api<Quota[]>('GET', tenant.path('/quotas'));
  return body.filter(({ name }) => name.startsWith('bytes')).map(({ used }) => used ?? 0);
}

async function prepared(): Promise<{ plane: Plane; tenant: TestTenant }> {
  const plane = await createControlPlane({ SALLYPORT_QUOTAS: 'devices=9999 devicesPerUser=9999' });
  return { plane, tenant: await createTenant(plane) };
}

test('each byte is counted once, whatever is lost, cut short, renewed or forgotten', async () => {
  const { plane, tenant } = await prepared();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const [before = 0] = await monthOf(tenant);
      const gateway = await enrolledGateway(plane, tenant);
      const devices = [];
      for (let i = 0; i < 3; i++) {
        const body = { publicKey: publicKey(), gatewayIds: [gateway.id] };
        devices.push(await createDevice(tenant, body));
      }
      const site = new Site(gateway, devices);
      for (const one of steps) await one(site);
      while (await site.send('arrives')) expect(site.moved).toBeGreaterThan(0);
      const [after = 0, heaviest] = await monthOf(tenant);
      expect(after - before).toBe(site.moved - site.lost);
      expect(heaviest).toBe(after);
      await tenant.api('DELETE', tenant.path(`/gateways/${gateway.id}`));
    }),
    { numRuns: 60 },
  );
}, 60_000);

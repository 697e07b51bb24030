// What the agent costs, when it speaks, and what it says.

import { describe, expect, it } from 'vitest';
import { agentLimits } from '../../src/agent/limits.ts';
import { limits } from '../../src/model/limits.ts';
import { deviceNumber, keyNumber, peerNumber } from '../render/server/documents.ts';
import { digestOf } from './fake-control-plane.ts';
import { directory, enrolledLab, Lab, worldOf } from './lab.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const changing = (call: string) =>
  !/^(readText|exec (wg show|ip -json|nft -s|sysctl -e)) /.test(call);

/** The calls the agent made between the answer that brought a revision and its next question. */
function callsForRevision(calls: string[], since: number): string[] {
  const asked = calls.findIndex((call) => call.includes(`state?since=${since}&`));
  const rest = calls.slice(asked + 1);
  return rest.slice(
    0,
    rest.findIndex((call) => call.includes('/state?')),
  );
}

describe('a delta', () => {
  it.each([10, 1000, 5000])('costs the same with %i devices', async (count) => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(...numbers(count)));
    lab.control.script = [worldOf(...numbers(count + 1)), worldOf(...numbers(count))];
    const { host } = await lab.run();
    const added = peerNumber(count + 1);
    const adding = callsForRevision(host.calls, 1);
    expect(adding.map((call) => call.split(' ').slice(0, 3).join(' ').slice(0, 22))).toEqual([
      expect.stringContaining('appendText {"begin"'),
      'exec wg set',
      expect.stringContaining('appendText {"commit"'),
      expect.stringContaining('http POST'),
    ]);
    expect(adding[1]).toBe(
      `exec wg set sallyport0 peer ${added.publicKey} allowed-ips ${added.addresses.join(',')}`,
    );
    expect(adding[0]?.length).toBeLessThan(500);
    const all = callsForRevision(host.calls, 2).filter((call) => call.startsWith('exec'));
    // Where they are few, what the device did last is read before it goes.
    const look = 'exec wg show sallyport0 dump';
    expect(all.includes(look)).toBe(count <= agentLimits.lastWordsPeers);
    const removing = all.filter((call) => call !== look);
    expect(removing[0]).toBe(`exec wg set sallyport0 peer ${added.publicKey} remove`);
    expect(removing.slice(1).every((call) => call.startsWith('exec conntrack'))).toBe(true);
    expect(lab.control.reports.at(-1)).toMatchObject({
      revision: 3,
      peerCount: count,
      peerDigest: digestOf(worldOf(...numbers(count)).peers),
    });
  });

  it('that changes a key sets the new one before it removes the old, in one command', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    const rekeyed = { ...peerNumber(2), publicKey: keyNumber(502) };
    lab.control.script = [{ ...worldOf(), peers: [peerNumber(1), rekeyed] }];
    const { host } = await lab.run();
    const [set, ...others] = callsForRevision(host.calls, 1).filter((call) =>
      /^exec wg set|^exec (?!wg)/.test(call),
    );
    const addresses = rekeyed.addresses.join(',');
    const adding = `peer ${keyNumber(502)} allowed-ips ${addresses}`;
    expect(set).toBe(`exec wg set sallyport0 ${adding} peer ${keyNumber(2)} remove`);
    expect(others).toEqual([]);
  });

  it('makes the kernel forget the flows of a device that was cut', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    lab.control.script = [worldOf(1)];
    lab.machine.missing.add('conntrack');
    await lab.run();
    lab.machine.missing.clear();
    lab.control.publish(worldOf());
    await lab.run();
    expect(lab.machine.forgotten).toEqual(['10.64.0.2', 'fd5a::2']);
  });

  it('that finds the interface gone ends in a whole reconcile', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    lab.control.script = [worldOf(1, 2)];
    let meddled = false;
    lab.control.onIdle = () => {
      if (!meddled) lab.machine.links.clear();
      meddled = true;
    };
    await lab.run();
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([keyNumber(1), keyNumber(2)]);
  });

  it('by the thousand keeps the journal short', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    lab.control.script = numbers(1200).map((number) => worldOf(1, number + 1));
    await lab.run();
    const journal = lab.machine.disk.get(`${directory}/journal`)?.text ?? '';
    expect(journal.split('\n').length).toBeLessThanOrEqual(1001);
    await lab.run();
    expect(lab.machine.disk.has(`${directory}/journal`)).toBe(false);
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([keyNumber(1), keyNumber(1201)]);
  });
});

describe('an agent with nothing to do', () => {
  it('asks and reports, but touches neither disk nor machine', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    await lab.run();
    let questions = 0;
    const { host } = await lab.run({ until: () => ++questions > 100 });
    const begun = host.calls.findIndex((call) => call.includes('/state?'));
    const later = host.calls.slice(begun).filter((call) => !call.startsWith('http'));
    expect(later.filter(changing)).toEqual([]);
    const times = lab.control.requests.filter((request) => request.includes('/report')).length;
    expect(times).toBeLessThan(60);
  });

  it('repairs within ten minutes what somebody broke', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    await lab.run();
    const before = lab.machine.toText();
    let questions = 0;
    const { host } = await lab.run({
      until: () => {
        if (++questions === 4) {
          lab.machine.tunnel.peers.delete(keyNumber(2));
          lab.machine.table = undefined;
        }
        return questions > 4 && lab.machine.toText() === before;
      },
    });
    const minutes = (host.time - Date.UTC(2026, 10, 22)) / 60_000;
    expect(minutes).toBeLessThan(13);
    expect(lab.machine.toText()).toBe(before);
  });

  it.each([
    { flaw: 'sends again what is there', whole: true },
    { flaw: 'sends deltas that lead nowhere', whole: false },
  ])('takes its time with a control plane that $flaw', async ({ whole }) => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    await lab.run();
    const body = lab.control.sign({
      ...lab.control.documentSince(whole ? undefined : 1),
      peers: { upsert: whole ? worldOf(1).peers : [], remove: [] },
    });
    lab.control.misbehave = () => ({ status: 200, headers: {}, body });
    let questions = 0;
    const { host } = await lab.run({ until: () => ++questions > 20 });
    expect(host.callsOf('sleep').length).toBeGreaterThan(8);
    expect(host.callsOf('appendText')).toEqual([]);
  });

  it('takes its time with a control plane that is never content with the devices', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    let reports = 0;
    lab.control.onReport = () => {
      reports++;
      return { status: 200, headers: {}, body: JSON.stringify({ resync: true }) };
    };
    const { host } = await lab.run({ until: () => reports >= 12 });
    expect(host.callsOf('sleep').length).toBeGreaterThan(8);
  });

  it('does not ask in a busy loop when the control plane does not wait', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    await lab.run();
    lab.control.misbehave = () => ({ status: 204, headers: {}, body: '' });
    let questions = 0;
    const { host } = await lab.run({ until: () => ++questions > 20 });
    expect(host.callsOf('sleep').length).toBeGreaterThan(15);
  });
});

describe('a report', () => {
  it('says what was reached, with versions, and asks for everything on resync', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    await lab.run();
    expect(lab.control.reports.at(-1)).toEqual({
      revision: 1,
      sections: { wireguard: { status: 'applied' }, firewall: { status: 'applied' } },
      peerDigest: digestOf(worldOf(1, 2).peers),
      peerCount: 2,
      versions: {
        agent: '0.1.0',
        kernel: '6.12.0',
        wireguard: '1.0.20210914',
        nftables: '1.1.3',
      },
      peers: [],
    });
    let resync = true;
    lab.control.onReport = () => {
      const body = JSON.stringify({ resync });
      resync = false;
      return { status: 200, headers: {}, body };
    };
    lab.machine.tunnel.peers.delete(keyNumber(2));
    const sent = lab.control.sent.length;
    await lab.run();
    expect(lab.control.sent.slice(sent).map(({ base }) => base)).toEqual([null]);
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([keyNumber(1), keyNumber(2)]);
  });

  it('carries traffic once, also when reports are lost and the interface begins anew', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    await lab.run();
    const { control, machine } = lab;
    const flow = (received: number) => {
      const peer = machine.tunnel.peers.get(keyNumber(1));
      if (peer) Object.assign(peer, { received, sent: 2 * received, handshake: 1_790_000_000 });
    };
    const counted = { received: 0, sent: 0 };
    let [accepted, last] = [0, 0];
    const untilAccepted = (more: number, lose: number) => {
      let losses = lose;
      const goal = accepted + more;
      control.onReport = (report) => {
        if (losses-- > 0) return { status: 503, headers: {}, body: '' };
        const number = report.traffic?.report ?? 0;
        accepted++;
        if (number <= last) return undefined;
        last = number;
        for (const { id, receivedBytes, sentBytes } of report.peers) {
          expect(id).toBe(deviceNumber(1));
          counted.received += receivedBytes;
          counted.sent += sentBytes;
        }
        return undefined;
      };
      return () => accepted >= goal;
    };
    flow(1000);
    await lab.run({ until: untilAccepted(3, 0) });
    expect(counted).toEqual({ received: 1000, sent: 2000 });
    flow(1500);
    await lab.run({ until: untilAccepted(2, 4) });
    expect(counted).toEqual({ received: 1500, sent: 3000 });
    machine.links.clear();
    await lab.run({ until: untilAccepted(1, 0) });
    flow(1600);
    await lab.run({ until: untilAccepted(3, 1) });
    expect(counted).toEqual({ received: 3100, sent: 6200 });
  });

  it('never holds more devices than the limit, and forgets none', async () => {
    const lab = await enrolledLab();
    const count = limits.peersPerReport + 200;
    lab.control.publish(worldOf(...numbers(count)));
    await lab.run();
    for (const peer of lab.machine.tunnel.peers.values()) peer.received = 10;
    const seen = new Map<string, number>();
    let reports = 0;
    lab.control.onReport = ({ peers }) => {
      reports++;
      for (const { id, receivedBytes } of peers) seen.set(id, (seen.get(id) ?? 0) + receivedBytes);
      return undefined;
    };
    await lab.run({ until: () => reports >= 5 });
    expect(seen.size).toBe(count);
    expect([...seen.values()].every((bytes) => bytes === 10)).toBe(true);
  });
});

describe('a report of one among many', () => {
  const report = 'POST /v1/agent/report';
  const question = 'GET /v1/agent/state?since=2&wait=';

  it.each([
    ['1500', [`${question}2`, report]],
    ['99999', [`${question}30`, report]],
    ['40', [report]],
    ['-1', [report]],
    ['soon', [report]],
  ])('waits as it is asked to, within limits, while it watches on: %s', async (asked, expected) => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    lab.control.reportAfter = asked;
    lab.control.script = [worldOf(1, 2)];
    const reported = () => lab.control.reports.at(-1)?.revision === 2;
    await lab.run({ until: () => reported() });
    const { requests } = lab.control;
    const told = requests.findIndex((request) => request.includes('since=1&'));
    expect(requests.slice(told + 1, told + 1 + expected.length)).toEqual(expected);
  });

  it('is slept for when it waits for a moment only', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    lab.control.reportAfter = '40';
    lab.control.script = [worldOf(1, 2)];
    const { host } = await lab.run();
    const calls = callsForRevision(host.calls, 1);
    expect(calls.filter((call) => call.startsWith('sleep'))).toEqual(['sleep 40']);
    expect(calls.at(-1)).toMatch(/^http POST/);
  });

  it('tells of the newest when a change comes while it waits', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    await lab.run();
    lab.control.reportAfter = '30000';
    lab.control.reports.length = 0;
    lab.control.script = [worldOf(1, 2), worldOf(1)];
    await lab.run({ until: () => lab.control.reports.at(-1)?.revision === 3 });
    expect(lab.control.reports.map(({ revision }) => revision)).toEqual([1, 3]);
    expect(lab.control.reports.at(-1)?.peerCount).toBe(1);
  });
});

describe('access tokens', () => {
  it('are signed once and used until shortly before they end', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    const tokens = new Map<string, number>();
    let questions = 0;
    await lab.run({
      prepare: (host) => {
        const { network } = host;
        host.network = (request) => {
          const token = request.headers.authorization;
          if (token) tokens.set(token, (tokens.get(token) ?? 0) + 1);
          return network(request);
        };
      },
      until: () => ++questions > 60,
    });
    expect(tokens.size).toBeGreaterThan(1);
    expect(tokens.size).toBeLessThan(5);
  });

  it.each([-3 * 3600, 3 * 3600])('are right on a VM whose clock is %i s off', async (seconds) => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    const { exitCode } = await lab.run({
      prepare: (host) => {
        host.clockError = seconds * 1000;
      },
    });
    expect(exitCode).toBe(0);
    expect(lab.control.reports.at(-1)?.revision).toBe(1);
  });
});

describe('a clock that is set back three hours while the agent runs', () => {
  it.each(['waits', 'reports'])('stops nothing, also when the agent %s just then', async (when) => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    const times: number[] = [];
    const { host } = await lab.run({
      prepare: (fake) => {
        fake.clockError = 3 * 3_600_000;
        const setBack = (moment: string) => {
          if (moment === when && times.length > 5) fake.clockError = 0;
          return undefined;
        };
        lab.control.misbehave = () => setBack('waits');
        lab.control.onReport = () => {
          times.push(fake.time);
          return setBack('reports');
        };
      },
      until: () => times.length > 20,
    });
    expect(host.clockError).toBe(0);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(120_000);
  });
});

describe('the end', () => {
  it('comes at once, but not in the middle of an apply, and undoes nothing', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    const { host, exitCode } = await lab.run({
      prepare: (fake) => {
        const exec = fake.exec.bind(fake);
        fake.exec = (argv, options) => {
          if (argv.includes('add')) fake.terminate();
          return exec(argv, options);
        };
      },
      until: () => false,
    });
    expect(exitCode).toBe(0);
    expect(Lab.events(host, 'state.applied')).toHaveLength(1);
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([keyNumber(1)]);
    expect(lab.machine.tunnel.up).toBe(true);
  });
});

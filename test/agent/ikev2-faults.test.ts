// What keeps devices from coming in, what the agent does about it, and how it says so. Whatever it
// is, WireGuard goes on.

import { describe, expect, it } from 'vitest';
import { peerNumber } from '../render/server/documents.ts';
import type { World } from './fake-control-plane.ts';
import type { FakeHost } from './fake-host.ts';
import { certificateFor, revocationList } from './fake-openssl.ts';
import {
  addressesNumber,
  authority,
  identityNumber,
  ikev2Lab,
  ikev2World,
  runUntil,
  settledLab,
  usualIkev2,
} from './ikev2-lab.ts';
import { directory, Lab, worldOf } from './lab.ts';

const now = Date.UTC(2026, 10, 22);
const day = 24 * 3_600_000;

function ikev2Error(lab: Lab): string {
  return lab.control.reports.at(-1)?.sections.ikev2?.error ?? '';
}

function isApplied(lab: Lab): boolean {
  return lab.control.reports.at(-1)?.sections.ikev2?.status === 'applied';
}

/** Runs until the last report says so of IKEv2. */
async function runUntilSaid(lab: Lab, words: string): Promise<void> {
  await runUntil(lab, () => ikev2Error(lab).includes(words));
  expect(ikev2Error(lab)).toContain(words);
  expect(lab.control.reports.at(-1)?.sections.wireguard).toEqual({ status: 'applied' });
}

describe('charon', () => {
  it('that dies is started anew, loaded again, and its devices come back in', async () => {
    const lab = await settledLab(ikev2World([1]));
    const { charon, admitted } = lab.machine;
    charon.connect(identityNumber(1), addressesNumber(1));
    const before = charon.starts;
    let asked = 0;
    lab.control.onIdle = () => {
      if (++asked === 20) charon.die();
      if (asked === 14) lab.control.publish({ ...ikev2World([1]), peers: [peerNumber(5)] });
    };
    await runUntil(lab, () => asked > 14 && charon.starts > before && isApplied(lab));
    expect(charon.starts).toBe(before + 1);
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([peerNumber(5).publicKey]);
    expect(charon.connections).toContain('sallyport-pubkey');
    expect(charon.lists).toHaveLength(1);
    expect([...admitted]).toEqual([]);
    lab.control.onIdle = () => {};
    charon.connect(identityNumber(1), addressesNumber(1));
    await runUntil(lab, () => admitted.size > 0);
    expect([...admitted]).toEqual(addressesNumber(1));
  });

  it.each([
    { where: 'with room for those who ask', queue: 4 },
    { where: 'with nobody let in to ask', queue: 0 },
  ])('that hangs $where is asked three times before it is started anew', async ({ queue }) => {
    const lab = await settledLab(ikev2World([1]));
    const { charon } = lab.machine;
    const before = charon.starts;
    Object.assign(charon, { hung: true, queue });
    const run = await runUntil(lab, () => charon.starts > before && isApplied(lab));
    expect(charon.starts).toBe(before + 1);
    const failures = Lab.events(run.host, 'ikev2.failed');
    expect(failures.length).toBeGreaterThanOrEqual(3);
    const said = lab.control.reports.map(({ sections }) => sections.ikev2?.error).join();
    expect(said).toContain('charon does not answer');
    expect(isApplied(lab)).toBe(true);
  });

  it('that hangs while it is loaded is killed and started anew', async () => {
    const lab = await ikev2Lab();
    const { charon } = lab.machine;
    const asked: string[] = [];
    lab.machine.breakage = ([program = '', verb = '']) => {
      if (program === 'systemctl') asked.push(verb);
      if (verb === '--load-creds' && charon.starts === 2) charon.hung = true;
      return undefined;
    };
    lab.control.publish(ikev2World([1]));
    await runUntil(lab, () => charon.starts === 3 && isApplied(lab));
    // At first for its settings.
    expect(asked).toEqual(['restart', 'kill', 'restart']);
    expect(charon.connections).toContain('sallyport-pubkey');
  });

  it('that is slow once is not started anew', async () => {
    const lab = await settledLab(ikev2World([1, 2]));
    const { charon } = lab.machine;
    charon.connect(identityNumber(1), addressesNumber(1));
    const { starts } = charon;
    let asked = 0;
    lab.control.onIdle = () => {
      if (++asked === 2) lab.control.publish(ikev2World([2]));
    };
    lab.machine.breakage = (argv) => {
      charon.hung ||= asked === 2 && argv.join(' ') === 'nft -f -';
      return undefined;
    };
    const answersAgain = (host: FakeHost) => {
      const { log } = host;
      host.log = (line) => {
        log.call(host, line);
        if (!line.includes('ikev2.failed')) return;
        charon.hung = false;
        lab.machine.breakage = () => undefined;
      };
    };
    const run = await runUntil(lab, () => asked > 10 && isApplied(lab), answersAgain);
    expect(Lab.events(run.host, 'ikev2.failed')).toHaveLength(1);
    expect(charon.starts).toBe(starts);
    expect(charon.sessions.size).toBe(0);
  });

  it('that is not installed is named with the way out', async () => {
    const lab = await ikev2Lab();
    lab.machine.charon.running = false;
    for (const program of ['swanctl', 'systemctl']) lab.machine.missing.add(program);
    lab.control.publish({ ...ikev2World([1]), peers: [peerNumber(1)] });
    await runUntilSaid(lab, 'apt-get install openssl charon-systemd strongswan-swanctl');
    expect(lab.machine.tunnel.peers.size).toBe(1);
    lab.machine.missing.clear();
    await runUntil(lab, () => isApplied(lab));
    expect(lab.machine.charon.connections).toContain('sallyport-pubkey');
  });

  it('whose load fails is tried again', async () => {
    const lab = await ikev2Lab();
    lab.machine.breakage = (argv) =>
      argv.includes('--load-conns') ? 'loading connection failed' : undefined;
    lab.control.publish(ikev2World([1]));
    await runUntilSaid(lab, 'loading connection failed');
    lab.machine.breakage = () => undefined;
    await runUntil(lab, () => isApplied(lab));
    expect(isApplied(lab)).toBe(true);
  });

  it('that the packet filter does not know lets nobody in', async () => {
    const lab = await ikev2Lab();
    lab.machine.breakage = (argv) =>
      argv.some((word) => word.endsWith('ikev2.nft')) ? 'no such table family' : undefined;
    lab.control.publish(ikev2World([1]));
    await runUntilSaid(lab, 'no such table family');
    expect(lab.machine.charon.connections).toBeUndefined();
  });
});

describe('a certificate', () => {
  it('that does not come is asked for again', async () => {
    const lab = await ikev2Lab();
    const { certify } = lab.control;
    lab.control.certify = () => undefined;
    lab.control.publish(ikev2World([1]));
    await runUntilSaid(lab, 'no certificate for the gateway: status 404');
    expect(lab.machine.charon.connections).toBeUndefined();
    lab.control.certify = certify;
    await runUntil(lab, () => isApplied(lab));
    expect(isApplied(lab)).toBe(true);
  });

  it('is replaced when a third of its life is left, for the same key', async () => {
    const lab = await ikev2Lab();
    lab.control.publish(ikev2World([1]));
    lab.control.certify = (request) => certificateFor(request, now - 70 * day, now + 30 * day);
    const requests = () =>
      lab.control.requests.filter((request) => request.includes('/certificate')).length;
    await runUntil(lab, () => requests() > 0 && isApplied(lab));
    const key = lab.machine.disk.get(`${directory}/ikev2.key`)?.text;
    const asked = requests();
    let minutes = 0;
    await runUntil(lab, () => ++minutes > 100);
    expect(requests() - asked).toBeLessThan(5);
    lab.control.certify = (request) => certificateFor(request, now, now + 300 * day);
    await runUntil(
      lab,
      () => lab.control.reports.at(-1)?.ikev2?.certificateUntil === now + 300 * day,
    );
    expect(lab.control.reports.at(-1)?.ikev2?.certificateUntil).toBe(now + 300 * day);
    expect(lab.machine.disk.get(`${directory}/ikev2.key`)?.text).toBe(key);
  });

  it('comes with the next document and changes nothing then', async () => {
    const lab = await settledLab(ikev2World([1]));
    const pem = lab.machine.disk.get('/swanctl/x509/sallyport.pem')?.text ?? '';
    const certificate = pem.replaceAll(/-----.*-----|\n/g, '');
    const before = lab.machine.toText();
    lab.control.publish(ikev2World([1], { section: { ...usualIkev2, certificate } }));
    const { host } = await runUntil(lab, () => lab.control.reports.at(-1)?.revision === 2);
    expect(host.callsOf('exec').filter((call) => call.includes('--load-conns'))).toEqual([]);
    expect(lab.machine.toText()).toBe(before);
  });

  it('from the future tells that the clock is wrong', async () => {
    const lab = await ikev2Lab();
    lab.control.certify = (request) => certificateFor(request, now + day);
    lab.control.publish(ikev2World([1]));
    await runUntilSaid(lab, 'set the clock');
  });
});

describe('a list of revoked certificates', () => {
  it('that does not come keeps everybody out, and is told', async () => {
    const lab = await ikev2Lab();
    lab.control.revocationsOf = () => undefined;
    lab.control.publish(ikev2World([1]));
    await runUntilSaid(
      lab,
      'no list of revoked certificates yet; no device comes in; fetching the list: status 404',
    );
    const conf = lab.machine.disk.get('/swanctl/conf.d/sallyport.conf')?.text;
    expect(conf).toContain('revocation = "strict"');
  });

  it('keeps nobody out when the tenant wants it so', async () => {
    const lab = await ikev2Lab();
    lab.control.revocationsOf = () => undefined;
    const section = { ...usualIkev2, withoutRevocations: 'accept' as const };
    lab.control.publish(ikev2World([1], { section }));
    await runUntilSaid(lab, 'by their names alone; fetching the list: status 404');
    const conf = lab.machine.disk.get('/swanctl/conf.d/sallyport.conf')?.text;
    expect(conf).toContain('revocation = "relaxed"');
  });

  it('that is too old or no list at all is told', async () => {
    const lab = await ikev2Lab();
    lab.control.revocationsOf = () => revocationList(now - 40 * day, now - 10 * day);
    lab.control.publish(ikev2World([1]));
    await runUntilSaid(lab, 'too old');
    lab.control.revocationsOf = () => '<html>captive portal</html>';
    lab.control.publish(ikev2World([1], { revocations: 2 }));
    await runUntilSaid(lab, 'openssl cannot read');
  });

  it('goes with its authority, and the next one has its own', async () => {
    const lab = await settledLab(ikev2World([1]));
    const other = 'ca_0000000000000002';
    const certificate = Buffer.from('another').toString('base64');
    const section = { ...usualIkev2, authorities: [{ id: other, certificate }] };
    lab.control.publish(ikev2World([1], { section }));
    const path = (id: string) => `/swanctl/x509crl/sallyport-${id}.pem`;
    await runUntil(lab, () => lab.machine.disk.has(path(other)) && isApplied(lab));
    expect(lab.machine.disk.has(path(other))).toBe(true);
    expect(lab.machine.disk.has(path(authority))).toBe(false);
    expect(lab.machine.disk.has(`/swanctl/x509ca/sallyport-${authority}.pem`)).toBe(false);
  });
});

describe('a document', () => {
  it('whose digest of devices does not match is asked for as a whole', async () => {
    const lab = await settledLab(ikev2World([1]));
    const sent = lab.control.sent.length;
    let lied = false;
    lab.control.misbehave = ({ since }) => {
      if (lied || since === undefined || lab.control.revision < 2) return undefined;
      lied = true;
      const document = lab.control.documentSince(since);
      const ikev2 = document.ikev2 && { ...document.ikev2, digest: '1'.repeat(32) };
      return { status: 200, headers: {}, body: lab.control.sign({ ...document, ikev2 }) };
    };
    lab.control.publish(ikev2World([1, 2]));
    await runUntil(lab, () => lab.control.reports.at(-1)?.revision === 2);
    expect(lab.control.sent.slice(sent).map(({ base }) => base)).toEqual([null]);
  });

  it('that fails for WireGuard leaves a device that was cut outside', async () => {
    const lab = await settledLab({ ...ikev2World([1, 2]), peers: [peerNumber(1)] });
    lab.machine.charon.connect(identityNumber(1), addressesNumber(1));
    lab.machine.breakage = (argv) =>
      argv[0] === 'wg' && argv.includes(peerNumber(3).publicKey) ? 'no' : undefined;
    lab.control.publish({ ...ikev2World([2]), peers: [peerNumber(1), peerNumber(3)] });
    await runUntil(lab, () => lab.machine.charon.sessions.size === 0);
    expect(lab.machine.charon.sessions.size).toBe(0);
    lab.machine.breakage = () => undefined;
    await runUntil(lab, () => lab.control.reports.at(-1)?.revision === 2);
    const receipts = lab.control.reports.flatMap((report) => report.receipts ?? []);
    expect(receipts.length).toBeGreaterThan(0);
  });

  it('without IKEv2 has the agent do nothing about it', async () => {
    const lab = await ikev2Lab();
    lab.control.publish(worldOf(1));
    const { host } = await lab.run();
    expect(host.calls.filter((call) => /swanctl|vici|ikev2(?!\.json)|openssl/.test(call))).toEqual(
      [],
    );
  });
});

describe('charon, where it does ESP by itself', () => {
  const routed = (...routes: string[]) => ikev2World([1], { section: { ...usualIkev2, routes } });

  async function labOf(world: World): Promise<Lab> {
    const lab = await ikev2Lab();
    lab.machine.charon.plugins = ['kernel-libipsec'];
    lab.control.publish(world);
    return lab;
  }

  it('lets nobody in for a route in which the machine has no address, which is said', async () => {
    const lab = await labOf(routed('0.0.0.0/0', '192.0.2.0/24'));
    await runUntilSaid(lab, 'an address of this machine in each route: 192.0.2.0/24 has none');
  });

  it.each([[['0.0.0.0/0', '::/0']], [['10.0.0.0/8', 'fd5a::/48']]])(
    'is fine with %s',
    async (routes) => {
      const lab = await labOf(routed(...routes));
      await runUntil(lab, () => isApplied(lab));
      expect(ikev2Error(lab)).toBe('');
    },
  );

  it('needs no such address where the kernel does it', async () => {
    const lab = await settledLab(routed('192.0.2.0/24'));
    expect(ikev2Error(lab)).toBe('');
  });
});

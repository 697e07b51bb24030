// What must not change anything, and what happens when the machine refuses.

import crypto from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/model/limits.ts';
import { keyNumber, peerNumber } from '../render/server/documents.ts';
import { type FakeControlPlane, gatewayId } from './fake-control-plane.ts';
import type { FakeHost } from './fake-host.ts';
import { directory, enrolledLab, Lab, worldOf } from './lab.ts';

async function settledLab(): Promise<Lab> {
  const lab = await enrolledLab();
  lab.control.publish(worldOf(1, 2, 3));
  await lab.run();
  lab.control.publish(worldOf(1, 4));
  return lab;
}

/** Everything that must stay: the machine, and the state directory but for the journal. */
function picture(lab: Lab): string {
  const files = ['gateway.json', 'identity.key', 'wireguard.key', 'state.json', 'firewall.json'];
  const texts = files.map((file) => lab.machine.disk.get(`${directory}/${file}`)?.text);
  return [lab.machine.toText(), ...texts].join('\n---\n');
}

const stranger = crypto.generateKeyPairSync('ed25519').privateKey;

function whole(control: FakeControlPlane) {
  return control.documentSince(undefined);
}

function unsigned(control: FakeControlPlane): string {
  const [header = '', payload = ''] = control.sign(whole(control), { alg: 'none' }).split('.');
  return `${header}.${payload}.`;
}

const lies: Record<string, (control: FakeControlPlane) => string> = {
  'an empty answer': () => '',
  'an answer of another kind': () => '<html>captive portal</html>',
  'a document that nobody signed': (control) => JSON.stringify(whole(control)),
  'a document with an empty signature': unsigned,
  'a header that names no algorithm, signed nonetheless': (control) =>
    control.sign(whole(control), { alg: 'none' }),
  'a symmetric algorithm': (control) => control.sign(whole(control), { alg: 'HS256' }),
  'a document signed by another key': (control) => control.sign(whole(control), {}, stranger),
  'the id of another key': (control) => control.sign(whole(control), { kid: 'state-2' }),
  'a token of another type': (control) => control.sign(whole(control), { typ: 'JWT' }),
  'a critical header parameter': (control) => control.sign(whole(control), { crit: ['exp'] }),
  'a changed payload': (control) => {
    const [header, payload = '', signature] = control.sign(whole(control)).split('.');
    return [header, payload.replace(/^..../, 'AAAA'), signature].join('.');
  },
  'a truncated document': (control) => control.sign(whole(control)).slice(0, -200),
  'a document that is too large': () => 'A'.repeat(limits.documentBytesMost + 1),
  'a document for another gateway': (control) =>
    control.sign({ ...whole(control), gatewayId: 'gw_0000000000000002' }),
  'a later version of the document': (control) => control.sign({ ...whole(control), version: 3 }),
  'an unknown field': (control) => control.sign({ ...whole(control), hook: 'reboot' }),
  'an unknown section': (control) => {
    const document = whole(control);
    return control.sign({ ...document, sections: { ...document.sections, shell: {} } });
  },
  'a port that is none': (control) => {
    const document = whole(control);
    const wireguard = { ...document.sections.wireguard, listenPort: 70_000 };
    return control.sign({ ...document, sections: { ...document.sections, wireguard } });
  },
  'a whole document without its sections': (control) =>
    control.sign({ ...whole(control), sections: {} }),
  'a whole document without its devices': (control) =>
    control.sign({ ...whole(control), peers: { upsert: [], remove: [] } }),
  'a digest that does not match': (control) =>
    control.sign({ ...whole(control), peerDigest: '1'.repeat(32) }),
  'two devices with one key': (control) => {
    const document = whole(control);
    const twin = { ...peerNumber(9), publicKey: keyNumber(1) };
    return control.sign({ ...document, peers: { upsert: [peerNumber(1), twin], remove: [] } });
  },
  'a delta from a revision that was never here': (control) =>
    control.sign({ ...whole(control), base: 77, revision: 99 }),
  'a line break in an address': (control) => {
    const peer = { ...peerNumber(9), addresses: ['10.0.0.1/32\nPostUp = reboot'] };
    return control.sign({ ...whole(control), peers: { upsert: [peer], remove: [] } });
  },
};

describe('nothing changes because of', () => {
  it.each(Object.keys(lies))('%s', async (name) => {
    const lab = await settledLab();
    const before = picture(lab);
    let asked = 0;
    lab.control.misbehave = () => {
      asked++;
      const body = lies[name]?.(lab.control) ?? '';
      return { status: 200, headers: {}, body };
    };
    const { host, exitCode } = await lab.run({ until: () => asked >= 3 });
    expect(exitCode).toBe(0);
    expect(picture(lab)).toBe(before);
    expect(Lab.events(host, 'state.refused').length).toBeGreaterThan(0);
    expect(host.callsOf('sleep').length).toBeGreaterThan(0);

    lab.control.misbehave = () => undefined;
    await lab.run();
    expect(lab.control.reports.at(-1)?.revision).toBe(2);
  });

  it('an older document that was signed rightly', async () => {
    const lab = await settledLab();
    await lab.run();
    await lab.run();
    const before = picture(lab);
    const [oldest] = lab.control.sent;
    let asked = 0;
    lab.control.misbehave = () => {
      asked++;
      return { status: 200, headers: {}, body: lab.control.sign(oldest) };
    };
    const { host } = await lab.run({ until: () => asked >= 2 });
    expect(picture(lab)).toBe(before);
    expect(host.logged.join('\n')).toContain('revision 1 is old');
  });

  it.each([
    { status: 401, code: 'unauthenticated' },
    { status: 404, code: 'not_found' },
    { status: 409, code: 'revision_ahead' },
    { status: 500, code: 'internal' },
    { status: 503, code: 'busy' },
  ])('an answer with status $status ($code), which is logged', async ({ status, code }) => {
    const lab = await settledLab();
    const before = picture(lab);
    let asked = 0;
    lab.control.misbehave = () => {
      asked++;
      return { status, headers: {}, body: JSON.stringify({ code, detail: 'Said so.' }) };
    };
    const { host } = await lab.run({ until: () => asked >= 12 });
    expect(picture(lab)).toBe(before);
    expect(host.logged.join('\n')).toContain(code);
    const pauses = host.callsOf('sleep').map((call) => Number(call.split(' ')[1]));
    expect(Math.max(...pauses)).toBeGreaterThan(30_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(60_000);
  });

  it('a control plane that is away, not even after a restart of the agent', async () => {
    const lab = await settledLab();
    const before = picture(lab);
    lab.control.online = false;
    let requests = 0;
    const { host } = await lab.run({ until: () => ++requests > 30 });
    expect(picture(lab)).toBe(before);
    expect(Lab.events(host, 'ready')).toHaveLength(1);
    const steps = host
      .callsOf('exec')
      .filter((call) => !/show|list|--version|pubkey|-e/.test(call));
    expect(steps).toEqual([]);
  });

  it('a reboot while the control plane is away: the tunnel is put back from disk', async () => {
    const lab = await settledLab();
    const before = lab.machine.toText();
    lab.machine.links.clear();
    lab.machine.table = undefined;
    lab.machine.sysctls.set('net.ipv4.ip_forward', '0');
    lab.control.online = false;
    let requests = 0;
    await lab.run({ until: () => ++requests > 2 });
    expect(lab.machine.toText()).toBe(before);
  });
});

describe('when a program fails', () => {
  const changed = { ...worldOf(1, 4), wireguard: { ...worldOf().wireguard, listenPort: 443 } };
  const broken: Record<string, { argv: RegExp; section: 'wireguard' | 'firewall' }> = {
    'nft will not check': { argv: /^nft -c/, section: 'firewall' },
    'nft will not load': { argv: /^nft -f/, section: 'firewall' },
    'wg will not listen': { argv: /^wg set sallyport0 listen-port 443/, section: 'wireguard' },
    'ip will not set the MTU': {
      argv: /^ip link set dev sallyport0 mtu 1300/,
      section: 'wireguard',
    },
  };

  it.each(Object.keys(broken))('the last good state comes back: %s', async (name) => {
    const { argv, section } = broken[name] ?? { argv: /^$/, section: 'firewall' };
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 4));
    await lab.run();
    const before = lab.machine.toText();
    lab.machine.breakage = (words) => (argv.test(words.join(' ')) ? 'it is broken' : undefined);
    lab.control.publish({
      ...changed,
      wireguard: { ...changed.wireguard, mtu: 1300 },
      firewall: { ...changed.firewall, isolateClients: false },
    });
    const reports = lab.control.reports.length;
    await lab.run({ until: () => lab.control.reports.length >= reports + 3 });
    expect(lab.machine.toText()).toBe(before);
    const report = lab.control.reports.at(-1);
    expect(report?.revision).toBe(1);
    expect(report?.sections[section]?.status).toBe('failed');
    expect(report?.sections[section]?.error).toContain('it is broken');

    lab.machine.breakage = () => undefined;
    await lab.run();
    expect(lab.control.reports.at(-1)?.sections[section]).toEqual({ status: 'applied' });
    expect(lab.machine.tunnel.listenPort).toBe(443);
  });

  it('the report says failed until the document is reached, whatever is reconciled', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    await lab.run();
    lab.machine.breakage = ([, option]) => (option === '-c' ? 'no nft today' : undefined);
    lab.control.publish({ ...worldOf(1), firewall: { masquerade: [], isolateClients: true } });
    const reports = lab.control.reports.length;
    const { host } = await lab.run({ until: () => lab.control.reports.length >= reports + 25 });
    const later = lab.control.reports.slice(reports + 1);
    expect(Lab.events(host, 'reconciled.applied').length).toBeGreaterThan(1);
    expect(later.map(({ sections }) => sections.firewall?.status)).toEqual(
      later.map(() => 'failed'),
    );
  });

  it('a first document that fails leaves a machine with nothing of ours', async () => {
    const lab = await enrolledLab();
    lab.machine.missing.add('wireguard-go');
    lab.machine.kernelHasWireguard = false;
    lab.control.publish(worldOf(1));
    await lab.run({ until: () => lab.control.reports.length >= 3 });
    expect(lab.machine.links.size).toBe(0);
    expect(lab.machine.table).toBeUndefined();
    const report = lab.control.reports.at(-1);
    expect(report).toMatchObject({ revision: 0, peerCount: 0, peerDigest: '0'.repeat(32) });
    expect(report?.sections.wireguard?.error).toContain('wireguard-go is not installed');
  });

  it('a device that was cut stays cut although the rest is rolled back', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    await lab.run();
    lab.machine.breakage = (words) => (words[0] === 'nft' ? 'no nft today' : undefined);
    lab.control.publish({ ...worldOf(2), firewall: { masquerade: [], isolateClients: true } });
    const reports = lab.control.reports.length;
    await lab.run({ until: () => lab.control.reports.length >= reports + 3 });
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([keyNumber(2)]);
    expect(lab.control.reports.at(-1)).toMatchObject({ revision: 1, peerCount: 1 });
    await lab.run({ until: () => lab.control.reports.length >= reports + 5 });
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([keyNumber(2)]);
  });

  it('one broken section does not keep the other from coming up', async () => {
    const lab = await settledLab();
    lab.machine.links.clear();
    lab.machine.breakage = (words) => (words[0] === 'nft' ? 'no nft today' : undefined);
    lab.control.online = false;
    let requests = 0;
    const { host } = await lab.run({ until: () => ++requests > 2 });
    expect(lab.machine.tunnel.up).toBe(true);
    expect(Lab.events(host, 'started.failed')).toHaveLength(1);
  });

  it('a control plane that is lost by the change is reached again by going back', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1));
    await lab.run();
    const before = lab.machine.toText();
    lab.control.publish(changed);
    const answer = (host: FakeHost) => {
      const { network } = host;
      host.network = (request) => {
        lab.control.online = lab.machine.tunnel.listenPort !== 443;
        return network(request);
      };
    };
    const reports = lab.control.reports.length;
    await lab.run({ prepare: answer, until: () => lab.control.reports.length >= reports + 3 });
    expect(lab.machine.toText()).toBe(before);
    expect(lab.control.reports.at(-1)?.sections.wireguard?.error).toContain('control plane');
  });

  it('an interface of that name that is not ours is left alone', async () => {
    const lab = await enrolledLab();
    lab.machine.exec(['ip', 'link', 'add', 'dev', 'sallyport0', 'type', 'x'], '');
    lab.machine.tunnel.type = 'dummy';
    lab.control.publish(worldOf(1));
    await lab.run({ until: () => lab.control.reports.length >= 2 });
    expect(lab.machine.tunnel).toMatchObject({ type: 'dummy', addresses: [], up: false });
    expect(lab.control.reports.at(-1)?.sections.wireguard?.error).toContain('--interface');
  });

  it('a full disk stops a delta before it touches the machine', async () => {
    const lab = await settledLab();
    const before = lab.machine.toText();
    let full = true;
    let requests = 0;
    const { host } = await lab.run({
      prepare: (fake) => {
        const append = fake.appendText.bind(fake);
        fake.appendText = (path, text) => {
          if (!full) return append(path, text);
          append(path, text.slice(0, 20));
          throw new Error('ENOSPC: no space left on device');
        };
      },
      until: () => ++requests > 6,
    });
    expect(lab.machine.toText()).toBe(before);
    expect(host.logged.join()).toContain('ENOSPC');
    full = false;
    await lab.run();
    expect(lab.control.reports.at(-1)).toMatchObject({ revision: 2, peerCount: 2 });
  });

  it('a damaged journal or state is left out and asked for anew', async () => {
    for (const file of ['journal', 'state.json']) {
      const lab = await settledLab();
      lab.machine.disk.set(`${directory}/${file}`, { text: '{"rubbish":1}\n{}\n', mode: 0o600 });
      const sent = lab.control.sent.length;
      const { host } = await lab.run();
      expect(Lab.events(host, 'store.damaged')).toHaveLength(1);
      expect(lab.control.sent[sent]?.base).toBeNull();
      expect(lab.control.reports.at(-1)?.revision).toBe(2);
    }
  });
});

describe('what the agent keeps', () => {
  it('holds private keys only in files for root, and says none of them', async () => {
    const lab = await settledLab();
    const { host } = await lab.run();
    const secrets = ['identity.key', 'wireguard.key'].map((file) => {
      const kept = lab.machine.disk.get(`${directory}/${file}`);
      expect(kept?.mode).toBe(0o600);
      return kept?.text.trim().split(' ')[0] ?? '';
    });
    const said = [
      ...host.logged,
      ...host.printed,
      ...host.calls,
      JSON.stringify(lab.control.reports),
    ];
    for (const secret of secrets) {
      expect(secret).toHaveLength(secret.endsWith('=') ? 44 : 43);
      expect(said.join('\n')).not.toContain(secret);
    }
    expect(lab.machine.disk.has(`${directory}/wireguard.conf`)).toBe(false);
  });

  it('belongs to this gateway', async () => {
    const lab = await settledLab();
    const gateway = JSON.parse(lab.machine.disk.get(`${directory}/gateway.json`)?.text ?? '');
    expect(gateway).toMatchObject({ gatewayId, gatewayName: 'Test gateway' });
  });
});

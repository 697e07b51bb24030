// The commands as a person uses them.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentVersion } from '../../src/agent/version.ts';
import { keyNumber } from '../render/server/documents.ts';
import { controlPlaneUrl, gatewayId } from './fake-control-plane.ts';
import { addressesNumber, identityNumber, ikev2World, settledLab } from './ikev2-lab.ts';
import { directory, enrolledLab, Lab, worldOf } from './lab.ts';

const url = ['--url', controlPlaneUrl];

describe('the command line', () => {
  it.each([
    { args: [], says: 'a command is missing' },
    { args: ['fly'], says: 'there is no command "fly"' },
    { args: ['constructor'], says: 'there is no command' },
    { args: ['run', '--fast'], says: 'run has no option "--fast"' },
    { args: ['run', 'now'], says: 'run has no option "now"' },
    { args: ['run', '--dir'], says: '--dir needs a value' },
    { args: ['run', '--dir='], says: '--dir needs a value' },
    { args: ['run', '--dir', '/a', '--dir', '/b'], says: '--dir is given twice' },
    { args: ['run', '--interface', 'a b'], says: '--interface "a b"' },
    { args: ['run', '--interface', 'x"\n'], says: '--interface' },
    { args: ['run', '--interface', '--json'], says: '--interface "--json"' },
    { args: ['status', '--json=yes'], says: '--json takes no value' },
    { args: ['enroll', '--token', 't'], says: 'needs --url' },
    { args: ['enroll', ...url], says: 'needs --token' },
    { args: ['enroll', '--url', 'ftp://x', '--token', 't'], says: 'no http or https address' },
    { args: ['enroll', '--url', 'http://u:p@x', '--token', 't'], says: 'no http or https' },
  ])('refuses $args and says why', async ({ args, says }) => {
    const { host, exitCode } = await new Lab().command(args);
    expect(exitCode).toBe(2);
    expect(host.logged[0]).toContain(says);
    expect(host.logged[1]).toContain('usage: sallyport-agent');
  });

  it('explains itself and tells its version, which is the package’s', async () => {
    const lab = new Lab();
    expect((await lab.command(['--help'])).host.printed.join()).toContain('enroll --url');
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect((await lab.command(['--version'])).host.printed).toEqual([version]);
    expect(agentVersion).toBe(version);
  });
});

describe('enroll', () => {
  it('sends public parts and facts only, and says what comes next', async () => {
    const lab = new Lab();
    const { host, exitCode } = await lab.enroll();
    expect(exitCode).toBe(0);
    expect(host.printed.join()).toContain(`"Test gateway" (${gatewayId})`);
    expect(lab.control.enrolled[0]).toMatchObject({
      token: 'token-1',
      protocol: 2,
      facts: { agent: agentVersion, system: 'Debian GNU/Linux 13', architecture: 'x86_64' },
    });
  });

  it('never overwrites an identity', async () => {
    const lab = await enrolledLab();
    const keys = ['identity.key', 'wireguard.key', 'gateway.json'];
    const before = keys.map((file) => lab.machine.disk.get(`${directory}/${file}`));
    const { host, exitCode } = await lab.enroll();
    expect(exitCode).toBe(1);
    expect(host.logged.join()).toContain(`this machine is ${gatewayId} already`);
    expect(keys.map((file) => lab.machine.disk.get(`${directory}/${file}`))).toEqual(before);
    expect(lab.control.enrolled).toHaveLength(1);
  });

  it('refuses to go on from a damaged identity', async () => {
    const lab = new Lab();
    lab.machine.disk.set(`${directory}/identity.key`, { text: 'rubbish', mode: 0o600 });
    const { host, exitCode } = await lab.enroll();
    expect(exitCode).toBe(1);
    expect(host.logged.join()).toContain('identity.key is damaged');
    expect(lab.machine.disk.get(`${directory}/identity.key`)?.text).toBe('rubbish');
  });

  it('passes on what the control plane says is wrong', async () => {
    const lab = await enrolledLab();
    const target = ['--url', `${controlPlaneUrl}/`, '--dir', '/other'];
    const { host, exitCode } = await lab.command(['enroll', '--token', 'token-1', ...target]);
    expect(exitCode).toBe(1);
    expect(host.logged.join()).toContain('token_used, It was used already.');
    lab.control.online = false;
    const away = await lab.command(['enroll', '--token', 'token-1', ...target]);
    expect(away.host.logged.join()).toContain('no answer: connect ECONNREFUSED');
  });

  it('says which package is missing', async () => {
    const lab = new Lab();
    lab.machine.missing.add('wg');
    const { host, exitCode } = await lab.enroll();
    expect(exitCode).toBe(1);
    expect(host.logged.join()).toContain(
      'wg is not installed; install the package wireguard-tools',
    );
  });
});

describe('plan', () => {
  it('prints what run would do and changes nothing', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    const files = [...lab.machine.disk];
    const { host, exitCode } = await lab.command(['plan', '--dir', directory]);
    expect(exitCode).toBe(0);
    expect(host.printed).toEqual(
      [
        'revision 1 (fetched), 2 devices',
        'firewall: write /state/sysctl.conf (2 lines)',
        'firewall: sysctl -p /state/sysctl.conf',
        'firewall: write /state/firewall.nft (21 lines)',
        'firewall: nft -c -f /state/firewall.nft',
        'firewall: nft -f /state/firewall.nft',
        'firewall: remember how nft lists the firewall',
        'wireguard: ip link add dev sallyport0 type wireguard, or else wireguard-go sallyport0',
        'wireguard: wg set sallyport0 listen-port 51820 private-key /state/wireguard.key',
        'wireguard: ip link set dev sallyport0 mtu 1420',
        'wireguard: ip address add 10.64.0.1/18 dev sallyport0',
        'wireguard: ip address add fd5a::1/64 dev sallyport0',
        'wireguard: ip link set dev sallyport0 up',
        `wireguard: wg set sallyport0 peer ${keyNumber(1)} allowed-ips`,
      ].map((line) => expect.stringContaining(line.slice(0, 60))),
    );
    expect([...lab.machine.disk]).toEqual(files);
    expect(lab.machine.links.size).toBe(0);
    expect(lab.control.reports).toEqual([]);
  });

  it('shows the difference only, from kept state when the control plane is away', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    await lab.run();
    const settled = await lab.command(['plan', '--dir', directory]);
    expect(settled.host.printed).toEqual([
      'revision 1 (nothing is newer), 2 devices',
      'nothing to do',
    ]);
    lab.control.publish(worldOf(2));
    const newer = await lab.command(['plan', '--dir', directory]);
    expect(newer.host.printed[1]).toBe(`wireguard: wg set sallyport0 peer ${keyNumber(1)} remove`);
    lab.control.online = false;
    lab.machine.tunnel.mtu = 1300;
    const away = await lab.command(['plan', '--dir', directory]);
    expect(away.host.printed[0]).toContain('kept state, no answer');
    expect(away.host.printed.slice(1)).toEqual(['wireguard: ip link set dev sallyport0 mtu 1420']);
  });

  it('needs a gateway', async () => {
    const { host, exitCode } = await new Lab().command(['plan', '--dir', directory]);
    expect(exitCode).toBe(1);
    expect(host.logged.join()).toContain('run sallyport-agent enroll first');
  });
});

describe('a gateway with IKEv2', () => {
  it('says how many devices may come in, how many are, and when charon is gone', async () => {
    const lab = await settledLab(ikev2World([1, 2]));
    lab.machine.charon.connect(identityNumber(1), addressesNumber(1));
    const planned = await lab.command(['plan', '--dir', directory]);
    expect(planned.host.printed.slice(1)).toEqual(['nothing to do', 'ikev2: let 2 devices in']);
    const up = await lab.command(['status', '--dir', directory]);
    expect(up.host.printed[0]).toMatch(/^IKEv2 +2 desired, 1 connected, strongSwan 5.9.8$/m);
    lab.machine.charon.die();
    const gone = await lab.command(['status', '--dir', directory]);
    expect(gone.host.printed[0]).toMatch(/^IKEv2 +2 desired, charon does not answer$/m);
    expect(gone.exitCode).toBe(0);
  });
});

describe('status', () => {
  it('shows what the gateway is, as a table or as JSON', async () => {
    const lab = await enrolledLab();
    lab.control.publish(worldOf(1, 2));
    await lab.run();
    lab.machine.tunnel.peers.delete(keyNumber(1));
    const { host } = await lab.command(['status', '--dir', directory]);
    expect(host.printed[0]).toMatch(/^devices +2 desired, 1 present, 0 online$/m);
    expect(host.printed[0]).toMatch(/^drift +1 steps/m);
    const json = await lab.command(['status', '--json', '--dir', directory]);
    expect(JSON.parse(json.host.printed[0] ?? '')).toMatchObject({
      revision: 1,
      pending: null,
      interface: { name: 'sallyport0', up: true, listenPort: 51820 },
      peers: { desired: 2, present: 1, online: 0 },
      firewall: 'loaded',
      drift: 1,
    });
  });
});

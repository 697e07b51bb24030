// WireGuard clients as users run them: whole files, everything through the tunnel, both families.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressSeen, ping } from './probe.ts';
import { createTopology, type Lab, places } from './topology.ts';
import { connect, disconnect } from './wireguard-client.ts';

const readyMs = 10_000;
const gatewayRules = `table inet sharing {
  chain leaving { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }
}`;

interface Keys {
  privateKey: string;
  publicKey: string;
}

let lab: Lab;
const paths = { a: '', b: '' };

async function makeKeys(): Promise<Keys> {
  const node = lab.node('gateway');
  const privateKey = (await node.exec(['wg', 'genkey'])).stdout.trim();
  const { stdout } = await node.exec(['wg', 'pubkey'], { input: privateKey });
  return { privateKey, publicKey: stdout.trim() };
}

function writeConf(folder: string, text: string): string {
  mkdirSync(join(lab.scratch, folder));
  const path = join(lab.scratch, folder, 'wg0.conf');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const client = (own: Keys, gateway: Keys, host: number) => `[Interface]
PrivateKey = ${own.privateKey}
Address = 10.99.0.${host}/32, fd99::${host}/128

[Peer]
PublicKey = ${gateway.publicKey}
Endpoint = ${places.site}:51820
AllowedIPs = 0.0.0.0/0, ::/0
`;

const peer = ({ publicKey }: Keys, host: number) => `
[Peer]
PublicKey = ${publicKey}
AllowedIPs = 10.99.0.${host}/32, fd99::${host}/128
`;

async function startGateway(own: Keys, peers: string): Promise<void> {
  const node = lab.node('gateway');
  const head = `[Interface]\nPrivateKey = ${own.privateKey}\nListenPort = 51820\n`;
  const address = 'Address = 10.99.0.1/24, fd99::1/64\n';
  await connect(node, writeConf('gateway', head + address + peers));
  await node.exec(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  await node.exec(['nft', '-f', '-'], { input: gatewayRules });
}

beforeAll(async () => {
  lab = await createTopology();
  const [gateway, a, b] = [await makeKeys(), await makeKeys(), await makeKeys()];
  await startGateway(gateway, peer(a, 2) + peer(b, 3));
  paths.a = writeConf('a', client(a, gateway, 2));
  paths.b = writeConf('b', client(b, gateway, 3));
  await lab
    .node('web')
    .node('lab/programs/web-server.ts')
    .waitFor(/listening/, readyMs);
});
afterAll(() => lab?.down());

it('connects two clients at once whose interfaces have the same name', async () => {
  const both = [connect(lab.node('client-a'), paths.a), connect(lab.node('client-b'), paths.b)];
  expect(await Promise.all(both)).toEqual([{ interfaceName: 'wg0' }, { interfaceName: 'wg0' }]);
  for (const name of ['client-a', 'client-b']) {
    expect(await ping(lab.node(name), '10.99.0.1')).toMatchObject({ sent: 3, received: 3 });
  }
});

it('shows each node its own tunnel and no other', async () => {
  const { stdout } = await lab.node('client-a').exec(['wg', 'show', 'wg0', 'allowed-ips']);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  const gateway = await lab.node('gateway').exec(['wg', 'show', 'wg0', 'latest-handshakes']);
  expect(gateway.stdout.trim().split('\n')).toHaveLength(2);
});

it('sends everything through the tunnel, in both families', async () => {
  expect(await addressSeen(lab.node('client-a'), places.web)).toBe(places.site);
  expect(await addressSeen(lab.node('client-a'), `[${places.web6}]`)).toBe(places.gateway6);
});

it('sends things directly again after disconnecting', async () => {
  await disconnect(lab.node('client-a'), paths.a);
  expect(await addressSeen(lab.node('client-a'), places.web)).toBe(places.homeA);
  expect(await addressSeen(lab.node('client-b'), places.web)).toBe(places.site);
});

it('says in the words of wg-quick what is wrong with a file', async () => {
  const path = writeConf('broken', '[Interface]\nPrivateKey = nonsense\n');
  await expect(connect(lab.node('client-a'), path)).rejects.toThrow(/not the correct length/);
});

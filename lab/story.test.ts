// One real path, end to end: tenant, gateway, devices, links, packets through a tunnel, a cut.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceDetailSchema } from '../src/model/device.ts';
import { slowness } from './enter.ts';
import { addressSeen, ping, startDownload } from './probe.ts';
import * as story from './story.ts';
import { createTopology, type Lab, places, type UsualNode } from './topology.ts';
import { connect } from './wireguard-client.ts';

const slowRate = 4_000_000;

interface Client {
  node: UsualNode;
  id: string;
  conf: string;
  publicKey: string;
}

let lab: Lab;
let controlPlane: story.ControlPlane;
let tenant: story.Tenant;
let userId: string;
let gateway: story.EnrolledGateway;
let a: Client;
let b: Client;

async function newClient(node: UsualNode, name: string): Promise<Client> {
  const { id, url } = await story.createDevice(tenant, userId, name);
  const conf = await story.redeemLink(lab, node, url);
  await connect(lab.node(node), conf);
  const { publicKey } = await device(id);
  if (publicKey === null) throw new Error(`${name} has no public key after its link was redeemed`);
  return { node, id, conf, publicKey };
}

async function device(id: string) {
  return tenant.cli.run(deviceDetailSchema, 'device', 'get', id);
}

/** The public keys that WireGuard on the gateway accepts. */
async function peersOfGateway(): Promise<string[]> {
  const { stdout } = await lab.node('gateway').exec(['wg', 'show', 'all', 'peers']);
  return stdout.split('\n').flatMap((line) => line.split('\t')[1] ?? []);
}

const download = (bytes: number) => `http://${places.web}/download?bytes=${bytes}&rate=${slowRate}`;

beforeAll(async () => {
  lab = await createTopology();
  await story.startWebServer(lab);
  controlPlane = await story.startControlPlane(lab);
  tenant = await story.createTenant(lab, controlPlane, 'Acme');
  userId = await story.createUser(tenant, 'Ann');
  gateway = await story.createGateway(lab, controlPlane, tenant, 'berlin');
  a = await newClient('client-a', "Ann's phone");
  b = await newClient('client-b', "Ann's laptop");
  await story.untilApplied(tenant, gateway.id);
});
afterAll(() => lab?.down());

describe('two devices behind NATs of their own', () => {
  it('reach the gateway and the web by the site of the gateway, in both families', async () => {
    for (const { node } of [a, b]) {
      const client = lab.node(node);
      expect(await ping(client, gateway.tunnel.v4)).toMatchObject({ sent: 3, received: 3 });
      expect(await ping(client, gateway.tunnel.v6)).toMatchObject({ sent: 3, received: 3 });
      expect(await addressSeen(client, places.web)).toBe(places.site);
      expect(await addressSeen(client, `[${places.web6}]`)).toBe(places.gateway6);
    }
  });

  it('are exactly those that WireGuard on the gateway knows', async () => {
    expect((await peersOfGateway()).sort()).toEqual([a.publicKey, b.publicKey].sort());
  });

  it('do not reach each other, as the gateway isolates them', async () => {
    const [address] = (await device(b.id)).connections[0]?.addresses ?? [];
    expect(address).toBeDefined();
    const other = address?.split('/')[0] ?? '';
    expect(await ping(lab.node(b.node), other)).toMatchObject({ sent: 3, received: 3 });
    expect(await ping(lab.node(a.node), other)).toMatchObject({ received: 0 });
  });
});

/** Every file below a folder as text, byte for byte. */
function textsBelow(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path, 'latin1') }));
}

describe('the control plane', () => {
  it('holds no private key, in no file and no line of its log', async () => {
    const privateKey = /^PrivateKey\s*=\s*(\S+)/m;
    const keys = [a.conf, b.conf].map((path) => privateKey.exec(readFileSync(path, 'utf8'))?.[1]);
    const { stdout } = await lab.node('gateway').exec(['wg', 'show', 'all', 'private-key']);
    keys.push(stdout.trim().split('\t')[1]);
    expect(keys.filter((key) => key?.length === 44)).toHaveLength(3);
    const texts = textsBelow(join(lab.scratch, 'control'));
    texts.push({ path: 'log', text: controlPlane.process.lines.join('\n') });
    expect(texts.some(({ text }) => holds(text, a.publicKey))).toBe(true);
    const found = texts.filter(({ text }) => keys.some((key) => key && holds(text, key)));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('can go away without any tunnel noticing, and come back', async () => {
    const running = startDownload(lab.node(b.node), download(slowRate));
    await running.underWay();
    controlPlane.process.kill('SIGKILL');
    await controlPlane.process.exited;
    expect((await running.finished()).bytes).toBe(slowRate);
    expect(await ping(lab.node(a.node), gateway.tunnel.v4)).toMatchObject({ received: 3 });
    controlPlane = await story.startControlPlane(lab, controlPlane);
    expect((await device(a.id)).status).toBe('active');
  });
});

/** Whether bytes hold a key as text or as the 32 bytes themselves. */
function holds(text: string, key: string): boolean {
  const raw = Buffer.from(key, 'base64');
  return [key, raw.toString('latin1'), raw.toString('hex'), raw.toString('base64url')].some(
    (form) => text.includes(form),
  );
}

describe('the agent', () => {
  it('can be killed without any tunnel noticing, and catches up when it is back', async () => {
    gateway.agent.kill('SIGKILL');
    await gateway.agent.exited;
    const { id, url } = await story.createDevice(tenant, userId, "Ann's tablet");
    await story.redeemLink(lab, 'client-a', url);
    expect(await ping(lab.node(b.node), gateway.tunnel.v4)).toMatchObject({ received: 3 });
    gateway.agent = await story.startAgent(lab, gateway.folder);
    await story.untilApplied(tenant, gateway.id);
    expect(await peersOfGateway()).toContain((await device(id)).publicKey);
  });
});

describe('a revoked device', () => {
  it('is cut within seconds, while the download of another one loses nothing', async () => {
    const cut = await story.revokeWhileBusy(lab, {
      revoke: () => story.revokeDevice(tenant, a.id),
      client: a.node,
      bystander: b.node,
      pingAddress: gateway.tunnel.v4,
      downloadUrl: download(5 * slowRate),
    });
    expect(cut.lastAnswerMs).toBeLessThan(5000 * slowness);
    expect(cut.download.bytes).toBe(5 * slowRate);
    expect(cut.bytesAfterCut).toBeGreaterThan(0);
    expect(cut.download.longestPauseMs).toBeLessThan(1000 * slowness);
    expect((await device(a.id)).status).toBe('revoked');
  });

  it('is no longer known to WireGuard on the gateway, and cannot come back', async () => {
    await story.untilApplied(tenant, gateway.id);
    const keys = await peersOfGateway();
    expect(keys).toContain(b.publicKey);
    expect(keys).not.toContain(a.publicKey);
    expect(await ping(lab.node(a.node), gateway.tunnel.v4)).toMatchObject({ received: 0 });
  });
});

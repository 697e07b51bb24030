// From the wish for a device to the first answered ping through its tunnel, beside the same without
// any control plane, and what a playbook takes.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from '../lab/api.ts';
import { connectDirectly, disconnectDirectly } from '../lab/direct-client.ts';
import type { LabNode } from '../lab/node.ts';
import { endScene, type Scene, setScene } from '../lab/scene.ts';
import { connect, disconnect } from '../lab/wireguard-client.ts';
import { type Device, deviceSchema, redeemedLinkSchema } from '../src/model/device.ts';
import { createdLinkSchema } from '../src/model/link.ts';
import { generateWireguardKeyPair } from '../src/pki/wireguard-key.ts';
import { renderWireguardClient } from '../src/render/client/wireguard.ts';
import { median, milliseconds, type Sheet } from './figures.ts';

const runs = 10;
const goalMs = 1000;
const pingTimeoutMs = 15_000;
/** Seconds that Algo's own playbook took, on two cores of this class, for one added user. */
const algo = { users2: 56, users51: 1001 };

/** How the client's machine takes its file, by name. */
const appliers = {
  'ip and wg': { up: connectDirectly, down: disconnectDirectly },
  'wg-quick': {
    up: async (node: LabNode, path: string) => void (await connect(node, path)),
    down: disconnect,
  },
} as const;
type Applier = keyof typeof appliers;

/** Milliseconds of one run, part by part. */
interface Run {
  /** Until the file is on the client's disk. */
  provision: number;
  /** Until the client's interface is up. */
  apply: number;
  /** Until the first answer. */
  ping: number;
  total: number;
}

interface Stage {
  scene: Scene;
  client: LabNode;
  /** Where the file lies. */
  conf: string;
}

/** The device as an administrator's script makes it and its user's redeems it: three requests. */
async function provision({ scene, conf }: Stage): Promise<Device> {
  const { tenant, door } = scene;
  const admin = new Api(door, tenant.key);
  const path = `/v1/tenants/${tenant.id}`;
  const wish = { userId: tenant.ownerId, name: 'phone' };
  const device = await admin.call(deviceSchema, 'POST', `${path}/devices`, wish);
  const link = await admin.call(createdLinkSchema, 'POST', `${path}/links`, {
    deviceId: device.id,
  });
  const token = new URL(link.url).pathname.slice('/l/'.length);
  const user = new Api(door);
  const redeemed = await user.call(redeemedLinkSchema, 'POST', '/v1/links/redeem', { token });
  writeFileSync(conf, redeemed.profiles[0]?.content ?? '', { mode: 0o600 });
  return device;
}

/** Pings until the first answer. */
async function firstPing({ scene, client }: Stage): Promise<void> {
  const script = 'until ping -n -c 1 -W 1 "$0" >/dev/null; do :; done';
  const timeoutMs = pingTimeoutMs;
  await client.exec(['sh', '-c', script, scene.gateway.tunnel.v4], { timeoutMs });
}

async function timed(stage: Stage, applier: Applier, prepare: () => Promise<void>): Promise<Run> {
  const begin = performance.now();
  await prepare();
  const provisioned = performance.now();
  await appliers[applier].up(stage.client, stage.conf);
  const applied = performance.now();
  await firstPing(stage);
  const end = performance.now();
  await appliers[applier].down(stage.client, stage.conf);
  return {
    provision: provisioned - begin,
    apply: applied - provisioned,
    ping: end - applied,
    total: end - begin,
  };
}

async function withControlPlane(stage: Stage, applier: Applier): Promise<Run> {
  const made: Device[] = [];
  const run = await timed(stage, applier, async () => {
    made.push(await provision(stage));
  });
  const { crowd, gateway } = stage.scene;
  for (const { id } of made) await crowd.revoke(id);
  await crowd.untilReported(gateway.id);
  return run;
}

/** Nothing but WireGuard: one `wg set` on the gateway, a file that was ready before. */
async function bare(stage: Stage, applier: Applier): Promise<Run> {
  const gateway = stage.scene.lab.node('gateway');
  const { privateKey, publicKey } = await generateWireguardKeyPair();
  const [network4, network6] = [stage.scene.gateway.tunnel.v4, stage.scene.gateway.tunnel.v6];
  const addresses = [
    `${network4.replace(/\d+$/, '250')}/32`,
    `${network6.replace(/1$/, 'fa')}/128`,
  ];
  const shown = await gateway.exec(['wg', 'show', 'sallyport0', 'public-key']);
  const connection = {
    gatewayId: stage.scene.gateway.id,
    gatewayName: 'berlin',
    endpoint: { host: '198.51.100.10', port: 51820 },
    gatewayPublicKey: shown.stdout.trim(),
    addresses,
    routes: ['0.0.0.0/0', '::/0'],
    dns: [],
    mtu: 1420,
  };
  writeFileSync(stage.conf, renderWireguardClient(connection, privateKey), { mode: 0o600 });
  const set = ['wg', 'set', 'sallyport0', 'peer', publicKey];
  const run = await timed(stage, applier, async () => {
    await gateway.exec([...set, 'allowed-ips', addresses.join(',')]);
  });
  await gateway.exec([...set, 'remove']);
  return run;
}

async function repeat(once: () => Promise<Run>): Promise<Run[]> {
  await once();
  const all: Run[] = [];
  for (let i = 0; i < runs; i++) all.push(await once());
  return all;
}

function print(sheet: Sheet, name: string, all: readonly Run[]): number {
  const part = (key: keyof Run) => median(all.map((run) => run[key]));
  const worst = Math.max(...all.map(({ total }) => total));
  const parts = [part('provision'), part('apply'), part('ping')].map(milliseconds);
  sheet.figure(
    name,
    milliseconds(part('total')),
    `worst ${milliseconds(worst)}; ${parts.join(' + ')}`,
  );
  return part('total');
}

export async function timeToPing(sheet: Sheet): Promise<void> {
  sheet.title(`time-to-ping: a new device's first answered ping, ${runs} runs, median`);
  sheet.text('parts: file on the client + interface up on the client + first answer');
  sheet.text(
    'a worst of 5 s: the client was faster than the gateway; WireGuard asks again after 5 s',
  );
  const scene = await setScene();
  try {
    const folder = join(scene.lab.scratch, 'bench');
    mkdirSync(folder);
    const stage = { scene, client: scene.lab.node('client-a'), conf: join(folder, 'berlin.conf') };
    const own: Record<Applier, number> = { 'ip and wg': 0, 'wg-quick': 0 };
    for (const applier of ['ip and wg', 'wg-quick'] as const) {
      const all = await repeat(() => withControlPlane(stage, applier));
      own[applier] = print(sheet, `Sallyport, client by ${applier}`, all);
      const floor = await repeat(() => bare(stage, applier));
      print(sheet, `baseline: bare wg set, client by ${applier}`, floor);
    }
    const slower = (seconds: number) => `${Math.round((seconds * 1000) / own['wg-quick'])} times`;
    sheet.figure("baseline: Algo's update-users, 2 users", `${algo.users2} s`, slower(algo.users2));
    sheet.figure('baseline: the same, 51 users', '1,001 s', slower(algo.users51));
    sheet.goal('median below 1 s, client by ip and wg', own['ip and wg'] < goalMs);
    sheet.goal('median below 1 s, client by wg-quick', own['wg-quick'] < goalMs);
  } finally {
    await endScene(scene);
  }
}

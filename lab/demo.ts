// `npm run demo`: a control plane, a gateway and two devices behind NATs, on this machine alone.
// The phone comes in by IKEv2 from an Apple profile, the laptop by WireGuard.
// `npm run demo -- --edge` plays it on the edge runtime: workerd and a database server.

import { DemoPaper, formatMs, formatRate } from './demo-paper.ts';
import { enterLab, insideLab, labObstacle } from './enter.ts';
import { connectByFile } from './ikev2-client.ts';
import { receiptOf, untilIkev2 } from './ikev2-story.ts';
import { ensurePackages, ikev2Packages, labPackages } from './packages.ts';
import { addressSeen, ping, startDownload } from './probe.ts';
import type { LabProcess } from './process.ts';
import { redeemFor } from './profile-story.ts';
import * as story from './story.ts';
import { installStrongswan, startStrongswan } from './strongswan.ts';
import { createTopology, type Lab, places, usualNetwork } from './topology.ts';
import { connect } from './wireguard-client.ts';

const demoTimeoutMs = 10 * 60_000;
const megabyte = 1_000_000;
const downloadBytes = 100 * megabyte;
const slowRate = 10 * megabyte;
const slowBytes = 5 * slowRate;
const interruptedCode = 130;

interface Client extends story.Invitation {
  node: 'client-a' | 'client-b';
  name: string;
}
type Clients = readonly [Client, Client];

/** What the demo runs, to look into when a step fails. */
type Running = Map<string, LabProcess>;

async function pingOrThrow(lab: Lab, client: Client, address: string): Promise<string> {
  const { sent, received, averageMs } = await ping(lab.node(client.node), address);
  if (sent === 0 || received !== sent) {
    throw new Error(`${client.name}: ${received} of ${sent} pings to ${address} were answered`);
  }
  return `${received} of ${sent}, ${formatMs(averageMs ?? 0)}`;
}

const onEdge = process.argv.includes('--edge');

async function buildUp(paper: DemoPaper, lab: Lab, running: Running) {
  const controlPlane = await paper.step('Control plane', async (note) => {
    await story.startWebServer(lab);
    const start = onEdge ? story.startEdgeControlPlane : story.startControlPlane;
    const started = await start(lab);
    running.set('control plane', started.process);
    note(onEdge ? `workerd and sqld at ${started.url}` : started.url);
    return started;
  });
  const tenant = await paper.step('Tenant Acme', () =>
    story.createTenant(lab, controlPlane, 'Acme'),
  );
  const userId = await paper.step('User Ann', () => story.createUser(tenant, 'Ann'));
  const gateway = await paper.step('Gateway berlin', async (note) => {
    installStrongswan(lab.node('gateway'));
    await startStrongswan(lab.node('gateway'));
    const how = { ikev2: true };
    const enrolled = await story.createGateway(lab, controlPlane, tenant, 'berlin', how);
    running.set('agent', enrolled.agent);
    await untilIkev2({ tenant, gateway: enrolled });
    note(`enrolled and certified; reached from outside at ${places.site}, UDP 51820, 500, 4500`);
    return enrolled;
  });
  const device = (node: Client['node'], name: string): Promise<Client> =>
    paper.step(`Device ${name}`, async () => ({
      node,
      name,
      ...(await story.createDevice(tenant, userId, name)),
    }));
  const phone = await device('client-a', "Ann's phone");
  const laptop = await device('client-b', "Ann's laptop");
  return { tenant, gateway, clients: [phone, laptop] as const };
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

async function connectClients(paper: DemoPaper, lab: Lab, [phone, laptop]: Clients) {
  const profile = await paper.step(`${phone.name} redeems`, async (note) => {
    const { file } = await redeemFor(lab, phone.node, phone, 'mobileconfig');
    note(`got ${file.paths.map(nameOf).join()}, for the client that iOS has`);
    return file;
  });
  const conf = await paper.step(`${laptop.name} redeems`, async (note) => {
    const path = await story.redeemLink(lab, laptop.node, laptop.url);
    note(`got ${nameOf(path)}, for WireGuard`);
    return path;
  });
  await paper.step('Tunnels up', async (note) => {
    const ways = [
      connectByFile(lab.node(phone.node), profile),
      connect(lab.node(laptop.node), conf),
    ];
    await Promise.all(ways);
    note(`${phone.name} by IKEv2: strongSwan reads the profile as iOS would`);
    note(`${laptop.name} by WireGuard`);
  });
}

async function showTraffic(paper: DemoPaper, lab: Lab, clients: Clients, inside: string) {
  await paper.step('Pings in the tunnel', async (note) => {
    for (const client of clients) {
      note(`${client.name}:`);
      note(`gateway ${await pingOrThrow(lab, client, inside)}`);
      note(`web ${await pingOrThrow(lab, client, places.web)}`);
    }
  });
  for (const { node, name } of clients) {
    await paper.step(`Download, ${name}`, async (note) => {
      const seen = await addressSeen(lab.node(node), places.web);
      if (seen !== places.site) {
        throw new Error(`the web server saw ${seen}, not the gateway's ${places.site}`);
      }
      const url = `http://${places.web}/download?bytes=${downloadBytes}`;
      const { bytes, ms } = await startDownload(lab.node(node), url).finished();
      note(`${bytes / megabyte} MB, ${formatRate(bytes, ms)}`);
      note(`web saw ${seen}, the gateway's site`);
    });
  }
}

async function showCut(
  paper: DemoPaper,
  lab: Lab,
  tenant: story.Tenant,
  [victim, bystander]: Clients,
  inside: string,
): Promise<story.Cut> {
  return paper.step(`Revoke ${victim.name}`, async (note) => {
    const cut = await story.revokeWhileBusy(lab, {
      revoke: () => story.revokeDevice(tenant, victim.id),
      client: victim.node,
      bystander: bystander.node,
      pingAddress: inside,
      downloadUrl: `http://${places.web}/download?bytes=${slowBytes}&rate=${slowRate}`,
    });
    if (cut.download.bytes !== slowBytes) throw new Error("the other device's download broke off");
    note(`the command took ${formatMs(cut.revokeMs)}; the last`);
    note(`packet came ${formatMs(cut.lastAnswerMs)} after its start`);
    note(`${bystander.name} meanwhile: ${slowBytes / megabyte} MB in one`);
    note(`connection, longest pause ${formatMs(cut.download.longestPauseMs)}`);
    return cut;
  });
}

async function showReceipt(paper: DemoPaper, tenant: story.Tenant, { id }: Client) {
  await paper.step('Receipt', async (note) => {
    const receipt = await receiptOf({ tenant }, { id });
    const at = new Date(receipt.appliedAt).toISOString();
    note(`the gateway signed that nothing passes since ${at}`);
  });
}

async function play(paper: DemoPaper, lab: Lab, running: Running): Promise<story.Cut> {
  const { tenant, gateway, clients } = await buildUp(paper, lab, running);
  await connectClients(paper, lab, clients);
  await showTraffic(paper, lab, clients, gateway.tunnel.v4);
  const cut = await showCut(paper, lab, tenant, clients, gateway.tunnel.v4);
  await showReceipt(paper, tenant, clients[0]);
  return cut;
}

function printFailure(paper: DemoPaper, error: unknown, running: Running): void {
  console.log(`\nFAILED: ${paper.currentStep}`);
  console.log(error instanceof Error ? error.message : String(error));
  for (const [name, child] of running) {
    console.log(`\nLast lines of the ${name}:\n${child.tail()}`);
  }
}

async function demo(): Promise<number> {
  const paper = new DemoPaper(console.log);
  const running: Running = new Map();
  const begin = performance.now();
  let lab: Lab | undefined;
  paper.text('Sallyport demo: real packets, private namespaces, nothing of this machine touched.');
  try {
    lab = await paper.step('Network', async (note) => {
      const network = usualNetwork();
      note(`${Object.keys(network.nodes).length} machines, 3 NATs, no way out`);
      return createTopology(network);
    });
    const cut = await play(paper, lab, running);
    const done = lab;
    await paper.step('Clean up', () => done.down());
    console.log('');
    paper.text(
      'It works: a phone by IKEv2 and a laptop by WireGuard reached the web through their ' +
        'gateway; the phone was cut ' +
        `${formatMs(cut.lastAnswerMs)} after the command began, the laptop lost nothing. ` +
        `${formatMs(performance.now() - begin)} in all; nothing is left behind.`,
    );
    return 0;
  } catch (error) {
    printFailure(paper, error, running);
    await lab?.down();
    return 1;
  }
}

async function enter(): Promise<number> {
  const obstacle = labObstacle('npm run demo');
  if (obstacle !== undefined) {
    console.error(obstacle);
    return 1;
  }
  try {
    ensurePackages(console.log, () => [...labPackages(), ...ikev2Packages]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  return enterLab([import.meta.filename, ...process.argv.slice(2)], { timeoutMs: demoTimeoutMs });
}

function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      console.log('\nStopped. Nothing is left behind.');
      process.exit(interruptedCode);
    });
  }
}

if (insideLab()) {
  stopOnSignals();
  process.exit(await demo());
}
process.exit(await enter());

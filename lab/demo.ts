// `npm run demo`: a control plane, a gateway and two devices behind NATs, on this machine alone.
// `npm run demo -- --edge` plays it on the edge runtime: workerd and a database server.

import { DemoPaper, formatMs, formatRate } from './demo-paper.ts';
import { enterLab, insideLab, labObstacle } from './enter.ts';
import { ensurePackages } from './packages.ts';
import { addressSeen, ping, startDownload } from './probe.ts';
import type { LabProcess } from './process.ts';
import * as story from './story.ts';
import { createTopology, type Lab, places, usualNetwork } from './topology.ts';
import { connect } from './wireguard-client.ts';

const demoTimeoutMs = 10 * 60_000;
const megabyte = 1_000_000;
const downloadBytes = 100 * megabyte;
const slowRate = 10 * megabyte;
const slowBytes = 5 * slowRate;
const interruptedCode = 130;

interface Client {
  node: 'client-a' | 'client-b';
  name: string;
  /** Of the device. */
  id: string;
  /** Its link. */
  url: string;
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
    const enrolled = await story.createGateway(lab, controlPlane, tenant, 'berlin');
    running.set('agent', enrolled.agent);
    await story.untilApplied(tenant, enrolled.id);
    note(`enrolled; reached from outside at ${places.site}:51820`);
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

async function connectClients(paper: DemoPaper, lab: Lab, clients: Clients) {
  const paths: string[] = [];
  for (const { node, name, url } of clients) {
    await paper.step(`${name} redeems`, async (note) => {
      const path = await story.redeemLink(lab, node, url);
      note(`got ${path.slice(path.lastIndexOf('/') + 1)}`);
      paths.push(path);
    });
  }
  await paper.step('Tunnels up', async () => {
    const started = clients.map(({ node }, i) => connect(lab.node(node), paths[i] ?? ''));
    await Promise.all(started);
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
    const cut = await story.revokeWhileBusy(lab, tenant, {
      deviceId: victim.id,
      client: victim.node,
      bystander: bystander.node,
      pingAddress: inside,
      downloadUrl: `http://${places.web}/download?bytes=${slowBytes}&rate=${slowRate}`,
    });
    if (cut.download.bytes !== slowBytes) throw new Error("the other device's download broke off");
    note(`the command took ${formatMs(cut.commandMs)}; the last`);
    note(`packet came ${formatMs(cut.lastAnswerMs)} after its start`);
    note(`${bystander.name} meanwhile: ${slowBytes / megabyte} MB in one`);
    note(`connection, longest pause ${formatMs(cut.download.longestPauseMs)}`);
    return cut;
  });
}

async function play(paper: DemoPaper, lab: Lab, running: Running): Promise<story.Cut> {
  const { tenant, gateway, clients } = await buildUp(paper, lab, running);
  await connectClients(paper, lab, clients);
  await showTraffic(paper, lab, clients, gateway.tunnel.v4);
  return showCut(paper, lab, tenant, clients, gateway.tunnel.v4);
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
      `It works: two devices reached the web through their gateway, one was cut ` +
        `${formatMs(cut.lastAnswerMs)} after the command began, the other lost nothing. ` +
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
    ensurePackages(console.log);
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

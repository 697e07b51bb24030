// The product at work in the lab: what administrators, users and programs do, one function a step.
// Everything goes through the command line and the public API, nothing reaches into the database.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { deviceSchema } from '../src/model/device.ts';
import { createdGatewaySchema, type Gateway, gatewaySchema } from '../src/model/gateway.ts';
import { createdLinkSchema } from '../src/model/link.ts';
import { addressesOf, gatewayHost } from '../src/model/pool.ts';
import { createdTenantSchema } from '../src/model/tenant.ts';
import { userSchema } from '../src/model/user.ts';
import { type LabNode, nodeCommand } from './node.ts';
import { type DownloadProgress, get, Pulse, startDownload } from './probe.ts';
import type { LabProcess } from './process.ts';
import { type Lab, places, type UsualNode } from './topology.ts';

const readyMs = 20_000;
const edgeReadyMs = 120_000;
const commandMs = 30_000;
const cutMs = 30_000;
const agentProgram = 'src/runtimes/agent-node.ts';

export interface ControlPlane {
  url: string;
  operatorKey: string;
  process: LabProcess;
}

/** Starts the web server on the lab's internet. */
export async function startWebServer(lab: Lab): Promise<LabProcess> {
  const server = lab.node('web').node('lab/programs/web-server.ts');
  await server.waitFor(/listening/, readyMs);
  return server;
}

export interface ControlPlaneOptions {
  /** Of the one before, when it starts on that one's data. */
  operatorKey?: string;
  nodeOptions?: readonly string[] | undefined;
}

/** Starts a control plane, anew or on the data of the one before, and waits until it is well. */
export async function startControlPlane(
  lab: Lab,
  { operatorKey = randomBytes(24).toString('hex'), nodeOptions = [] }: ControlPlaneOptions = {},
): Promise<ControlPlane> {
  const listen = `${places.control}:8787`;
  const url = `http://${listen}`;
  const node = lab.node('control');
  const argv = [process.execPath, ...nodeOptions, 'src/runtimes/node.ts'];
  const server = node.spawn(argv, {
    SALLYPORT_LISTEN: listen,
    SALLYPORT_DATA: join(lab.scratch, 'control'),
    SALLYPORT_PUBLIC_URL: url,
    SALLYPORT_OPERATOR_KEY: operatorKey,
    // A crowd is made faster than people would.
    SALLYPORT_RATE_LIMITS: 'off',
    // A crowd is one user's.
    SALLYPORT_QUOTAS: 'devicesPerUser=50000',
  });
  const died = server.exited.then((code) => {
    throw new Error(`the control plane ended with exit code ${code}\n${server.tail()}`);
  });
  await Promise.race([get(node, `${url}/healthz`, readyMs), died]);
  return { url, operatorKey, process: server };
}

/** Starts the edge runtime, workerd beside a database server, and waits until it is well. */
export async function startEdgeControlPlane(lab: Lab): Promise<ControlPlane> {
  const listen = `${places.control}:8787`;
  const url = `http://${listen}`;
  const data = join(lab.scratch, 'control');
  const server = lab.node('control').node('scripts/dev-edge.ts', [], {
    SALLYPORT_LISTEN: listen,
    SALLYPORT_DATA: data,
    SALLYPORT_PUBLIC_URL: url,
  });
  await server.waitFor(/Sallyport is ready/, edgeReadyMs);
  const secrets = readFileSync(join(data, 'edge/secrets.env'), 'utf8');
  const operatorKey = /^SALLYPORT_OPERATOR_KEY=(.+)$/m.exec(secrets)?.[1];
  if (operatorKey === undefined) throw new Error('the edge has written down no operator key');
  return { url, operatorKey, process: server };
}

/** The `sallyport` command on one machine of the lab, for one control plane and bearer key. */
export class Cli {
  readonly #node: LabNode;
  readonly #env: NodeJS.ProcessEnv;

  constructor(node: LabNode, url: string, token?: string) {
    this.#node = node;
    this.#env = { SALLYPORT_URL: url, ...(token === undefined ? {} : { SALLYPORT_TOKEN: token }) };
  }

  /** Runs a command and gives its answer. Throws with the command's own words when it fails. */
  async run<T>(schema: z.ZodType<T>, ...args: readonly string[]): Promise<T> {
    return schema.parse(JSON.parse(await this.show(...args, '--json')));
  }

  /** Runs a command and gives what people see. Throws as `run` does. */
  async show(...args: readonly string[]): Promise<string> {
    const options = { env: this.#env, timeoutMs: commandMs };
    return (await this.#node.exec(nodeCommand('src/cli/main.ts', args), options)).stdout;
  }
}

export interface Tenant {
  id: string;
  ownerId: string;
  /** Its bearer key. */
  key: string;
  cli: Cli;
}

export async function createTenant(
  lab: Lab,
  { url, operatorKey }: ControlPlane,
  name: string,
): Promise<Tenant> {
  const operator = new Cli(lab.node('control'), url, operatorKey);
  const created = await operator.run(createdTenantSchema, 'tenant', 'create', '--name', name);
  const key = created.key ?? '';
  const cli = new Cli(lab.node('control'), url, key);
  return { id: created.tenant.id, ownerId: created.owner.id, key, cli };
}

/** Lets devices come in by IKEv2 with passwords, too. */
export async function allowPasswords({ cli }: Tenant): Promise<void> {
  await cli.run(z.unknown(), 'tenant', 'update', '--ikev2-passwords', 'on');
}

/** Creates a user and gives the id. */
export async function createUser({ cli }: Tenant, name: string): Promise<string> {
  return (await cli.run(userSchema, 'user', 'create', '--name', name)).id;
}

export interface EnrolledGateway {
  id: string;
  /** Where its agent keeps its state. */
  folder: string;
  /** Its own addresses in the tunnel. */
  tunnel: { v4: string; v6: string };
  agent: LabProcess;
}

/** Runs the agent of an enrolled gateway, by another program if told so. */
export function spawnAgent(lab: Lab, folder: string, program = agentProgram): LabProcess {
  return lab.node('gateway').node(program, ['run', '--dir', folder]);
}

/** Runs the agent of an enrolled gateway and waits until it is ready. */
export async function startAgent(
  lab: Lab,
  folder: string,
  program = agentProgram,
): Promise<LabProcess> {
  const agent = spawnAgent(lab, folder, program);
  await agent.waitFor(/"event":"ready"/, readyMs);
  return agent;
}

export interface GatewayOptions {
  /** The agent's, in place of its own. */
  program?: string | undefined;
  /** Whether devices come in by IKEv2, too. */
  ikev2?: boolean | undefined;
  /** What it is called, in place of its address. */
  host?: string | undefined;
}

/** Creates a gateway, enrols the lab's gateway node as it and starts the agent there. */
export async function createGateway(
  lab: Lab,
  { url }: ControlPlane,
  { cli }: Tenant,
  name: string,
  { program = agentProgram, ikev2 = false, host = places.site }: GatewayOptions = {},
): Promise<EnrolledGateway> {
  const where = ['--name', name, '--endpoint', `${host}:51820`];
  const more = ikev2 ? ['--ikev2'] : [];
  const created = await cli.run(createdGatewaySchema, 'gateway', 'create', ...where, ...more);
  const { id, pools } = created.gateway;
  const folder = join(lab.scratch, 'gateway');
  const { token } = created.enrollment;
  const enrol = ['enroll', '--url', url, '--token', token, '--dir', folder];
  await lab.node('gateway').exec(nodeCommand(agentProgram, enrol), { timeoutMs: commandMs });
  const agent = await startAgent(lab, folder, program);
  const [v4, v6] = addressesOf(pools, gatewayHost);
  return { id, folder, tunnel: { v4, v6 }, agent };
}

/** Asks until the gateway reports that it is where it shall be. Throws if it does not get there. */
export async function untilApplied({ cli }: Tenant, gatewayId: string): Promise<Gateway> {
  const giveUpAt = performance.now() + readyMs;
  for (;;) {
    const gateway = await cli.run(gatewaySchema, 'gateway', 'get', gatewayId);
    if (gateway.applied === 'applied') return gateway;
    if (gateway.applied === 'failed' || performance.now() > giveUpAt) {
      throw new Error(`the gateway is ${gateway.applied}: ${JSON.stringify(gateway.observed)}`);
    }
  }
}

/** What an administrator has for the user of a device. */
export interface Invitation {
  /** Of the device. */
  id: string;
  /** Its link. */
  url: string;
}

/** Creates a device and a link for it; gives what the administrator hands on to the user. */
export async function createDevice(
  { cli }: Tenant,
  userId: string,
  name: string,
): Promise<Invitation> {
  const who = ['--user', userId, '--name', name];
  const { id } = await cli.run(deviceSchema, 'device', 'create', ...who);
  const { url } = await cli.run(createdLinkSchema, 'link', 'create', id);
  return { id, url };
}

const redeemedSchema = z.object({
  profiles: z.array(z.object({ filename: z.string(), path: z.string() })).min(1),
});

/** Redeems a link as its user, on the user's machine; gives the path of the .conf file. */
export async function redeemLink(lab: Lab, client: UsualNode, url: string): Promise<string> {
  const folder = join(lab.scratch, client);
  mkdirSync(folder, { recursive: true });
  const user = new Cli(lab.node(client), new URL(url).origin);
  const { profiles } = await user.run(redeemedSchema, 'link', 'redeem', url, '--out', folder);
  const conf = profiles.find(({ filename }) => filename.endsWith('.conf'));
  if (!conf) throw new Error(`the link gave no .conf file, but ${JSON.stringify(profiles)}`);
  return conf.path;
}

export interface Cut {
  /** From the start of revoking to the last packet that was answered. */
  lastAnswerMs: number;
  /** How long revoking took. */
  revokeMs: number;
  /** The other client's download over one connection, from before the cut to after it. */
  download: DownloadProgress;
  /** What of it came after the cut. */
  bytesAfterCut: number;
}

export interface CutRequest {
  /** Has the device revoked. */
  revoke: () => Promise<unknown>;
  /** The device's own machine, pinging until it is cut. */
  client: UsualNode;
  /** A machine of another device, downloading meanwhile. */
  bystander: UsualNode;
  pingAddress: string;
  downloadUrl: string;
}

/** Revokes a device by the command, as an administrator does. */
export function revokeDevice({ cli }: Tenant, deviceId: string): Promise<unknown> {
  return cli.run(z.unknown(), 'device', 'revoke', deviceId);
}

/** Revokes a device while it pings and another one downloads. Throws when it stays connected. */
export async function revokeWhileBusy(lab: Lab, wish: CutRequest): Promise<Cut> {
  const pulse = new Pulse(lab.node(wish.client), wish.pingAddress);
  const download = startDownload(lab.node(wish.bystander), wish.downloadUrl);
  await Promise.all([pulse.answered(5, readyMs), download.underWay()]);
  const begin = Date.now();
  await wish.revoke();
  const end = Date.now();
  const lastAnswer = await pulse.silent(cutMs);
  const bytesAtCut = download.progress()?.bytes ?? 0;
  const finished = await download.finished();
  await pulse.stop();
  return {
    lastAnswerMs: Math.round(lastAnswer - begin),
    revokeMs: end - begin,
    download: finished,
    bytesAfterCut: finished.bytes - bytesAtCut,
  };
}

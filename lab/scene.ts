// The usual opening of a story: the network with a web server, a control plane, a tenant and its
// gateway with a running agent.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { passwordHost } from '../src/model/ikev2.ts';
import { Api, Door } from './api.ts';
import { Crowd } from './crowd.ts';
import type { Network } from './network.ts';
import type { LabNode } from './node.ts';
import * as story from './story.ts';
import { installStrongswan, startStrongswan } from './strongswan.ts';
import { createTopology, type Lab, places, type UsualNode } from './topology.ts';
import { connect } from './wireguard-client.ts';

const relayMs = 10_000;
const clients: readonly UsualNode[] = ['client-a', 'client-b'];

export interface Scene {
  lab: Lab;
  controlPlane: story.ControlPlane;
  tenant: story.Tenant;
  gateway: story.EnrolledGateway;
  door: Door;
  crowd: Crowd;
}

/** A way from this process to the control plane, which outlives the control plane. */
export async function openDoor(lab: Lab): Promise<Door> {
  const socketPath = join(lab.scratch, 'api.sock');
  const to = [socketPath, places.control, '8787'];
  const relay = lab.node('control').node('lab/programs/relay.ts', to);
  await relay.waitFor(/listening/, relayMs);
  return new Door(socketPath);
}

export interface SceneOptions {
  /** Runs in place of the agent's own program. */
  agentProgram?: string;
  /** For Node, before the control plane's program. */
  controlPlaneOptions?: readonly string[];
  /** Lets devices come in by IKEv2, too, by a strongSwan as Debian installs it. */
  ikev2?: boolean;
  /** What the gateway is called, in place of its address. */
  host?: string;
  network?: Network;
}

/** Lets a machine know where a gateway is that has a name: the lab has no name server. */
function tellHosts(node: LabNode, host: string): void {
  const names = [host, passwordHost(host)].join(' ');
  writeFileSync(join(node.files, 'etc/hosts'), `127.0.0.1 localhost\n${places.site} ${names}\n`);
}

/** Sets the scene, with stand-ins for those who measure. */
export async function setScene(options: SceneOptions = {}): Promise<Scene> {
  const { agentProgram, controlPlaneOptions, ikev2, host, network } = options;
  const lab = await createTopology(network);
  try {
    await story.startWebServer(lab);
    const controlPlane = await story.startControlPlane(lab, { nodeOptions: controlPlaneOptions });
    const tenant = await story.createTenant(lab, controlPlane, 'Acme');
    if (ikev2) {
      installStrongswan(lab.node('gateway'), '', process.env.LAB_GATEWAY_TREE);
      await startStrongswan(lab.node('gateway'));
    }
    if (host) for (const name of clients) tellHosts(lab.node(name), host);
    const how = { program: agentProgram, ikev2, host };
    const gateway = await story.createGateway(lab, controlPlane, tenant, 'berlin', how);
    const door = await openDoor(lab);
    const crowd = new Crowd(new Api(door, tenant.key), tenant);
    return { lab, controlPlane, tenant, gateway, door, crowd };
  } catch (error) {
    await lab.down();
    throw error;
  }
}

/** Takes everything down again. */
export async function endScene({ lab, door }: Scene): Promise<void> {
  door.close();
  await lab.down();
}

export interface Client {
  node: UsualNode;
  /** Of the device. */
  id: string;
  /** Its file. */
  conf: string;
}

/** Makes a device of the owner's, redeems its link on a machine and brings the tunnel up there. */
export async function joinClient(
  { lab, tenant }: Scene,
  node: UsualNode,
  name: string,
): Promise<Client> {
  const { id, url } = await story.createDevice(tenant, tenant.ownerId, name);
  const conf = await story.redeemLink(lab, node, url);
  await connect(lab.node(node), conf);
  return { node, id, conf };
}

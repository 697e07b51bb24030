// The lab's usual network, and the making of networks inside a lab.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { insideLab, labDirectory, toolPath } from './enter.ts';
import { compileNetwork, type Network, type NodeDescription, type NodePlan } from './network.ts';
import { LabNode } from './node.ts';
import { run } from './process.ts';

const stepTimeoutMs = 15_000;
const forwardingOff = ['net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0'];

/** Addresses of the usual network. */
export const places = {
  control: '203.0.113.10',
  web: '203.0.113.80',
  web6: '2001:db8:113::80',
  homeA: '203.0.113.50',
  homeB: '203.0.113.60',
  /** The customer's public address. */
  site: '198.51.100.10',
  gateway: '10.10.0.2',
  gateway6: '2001:db8:10::2',
  clientA: '192.168.50.2',
  clientB: '192.168.60.2',
} as const;

const vpnPorts = [500, 4500, 51820];

export type UsualNode =
  | 'internet'
  | 'control'
  | 'web'
  | 'site-nat'
  | 'gateway'
  | `home-${'a' | 'b'}-nat`
  | `client-${'a' | 'b'}`;

function home(letter: 'a' | 'b', outside: string, inside: string): Record<string, NodeDescription> {
  const router = inside.replace(/\d+$/, '1');
  const lan = `home-${letter}`;
  return {
    [`home-${letter}-nat`]: {
      interfaces: {
        wan: { segment: 'internet', addresses: [`${outside}/24`] },
        lan: { segment: lan, addresses: [`${router}/24`] },
      },
      routes: { '0.0.0.0/0': '203.0.113.1' },
      nat: { outside: 'wan', forwards: [] },
    },
    [`client-${letter}`]: {
      interfaces: { eth0: { segment: lan, addresses: [`${inside}/24`] } },
      routes: { '0.0.0.0/0': router },
    },
  };
}

/** The customer's side: a firewall that forwards to the gateway, behind a provider's NAT or not. */
function site(doubleNat: boolean): Record<string, NodeDescription> {
  const uplink = { segment: 'uplink', addresses: [`${places.site}/24`, '2001:db8:198::10/64'] };
  const behindProvider = {
    segment: 'provider',
    addresses: ['172.20.0.2/24', '2001:db8:172::2/64'],
  };
  const firewall: NodeDescription = {
    interfaces: {
      wan: doubleNat ? behindProvider : uplink,
      lan: { segment: 'site', addresses: ['10.10.0.1/24', '2001:db8:10::1/64'] },
    },
    routes: doubleNat
      ? { '0.0.0.0/0': '172.20.0.1', '::/0': '2001:db8:172::1' }
      : { '0.0.0.0/0': '198.51.100.1', '::/0': '2001:db8:198::1' },
    nat: {
      outside: 'wan',
      forwards: [{ protocol: 'udp', ports: vpnPorts, to: places.gateway }],
    },
  };
  const provider: NodeDescription = {
    interfaces: {
      wan: uplink,
      lan: { segment: 'provider', addresses: ['172.20.0.1/24', '2001:db8:172::1/64'] },
    },
    routes: {
      '0.0.0.0/0': '198.51.100.1',
      '::/0': '2001:db8:198::1',
      '2001:db8:10::/64': '2001:db8:172::2',
    },
    nat: { outside: 'wan', forwards: [{ protocol: 'udp', ports: vpnPorts, to: '172.20.0.2' }] },
  };
  return {
    ...(doubleNat ? { 'provider-nat': provider } : {}),
    'site-nat': firewall,
    gateway: {
      interfaces: {
        eth0: { segment: 'site', addresses: [`${places.gateway}/24`, `${places.gateway6}/64`] },
      },
      routes: { '0.0.0.0/0': '10.10.0.1', '::/0': '2001:db8:10::1' },
    },
  };
}

function publicHost(v4: string, v6: string): NodeDescription {
  return {
    interfaces: { eth0: { segment: 'internet', addresses: [`${v4}/24`, `${v6}/64`] } },
    routes: { '0.0.0.0/0': '203.0.113.1', '::/0': '2001:db8:113::1' },
  };
}

/**
 * The usual network: a customer's gateway behind a firewall that forwards ports (with `doubleNat`
 * behind a provider's NAT too), two homes each behind a NAT without IPv6, a control plane and a web
 * server on the internet. No route leads out of it.
 */
export function usualNetwork({ doubleNat = false }: { doubleNat?: boolean } = {}): Network {
  return {
    nodes: {
      internet: {
        interfaces: {
          hosts: { segment: 'internet', addresses: ['203.0.113.1/24', '2001:db8:113::1/64'] },
          sites: { segment: 'uplink', addresses: ['198.51.100.1/24', '2001:db8:198::1/64'] },
        },
        routes: { '2001:db8:10::/64': '2001:db8:198::10' },
        forwarding: true,
      },
      control: publicHost(places.control, '2001:db8:113::10'),
      web: publicHost(places.web, places.web6),
      ...site(doubleNat),
      ...home('a', places.homeA, places.clientA),
      ...home('b', places.homeB, places.clientB),
    },
  };
}

export interface Lab {
  /** Throws for a name that the network does not have. */
  node(name: UsualNode | (string & {})): LabNode;
  /** Kills all that runs on a node and takes away all that a restart of it would not bring back. */
  reboot(name: UsualNode): Promise<void>;
  /** A folder in memory, removed with the lab. */
  scratch: string;
  /** Ends every program, removes every namespace and the scratch folder. Safe to repeat. */
  down(): Promise<void>;
}

function ip(args: readonly string[], input?: string, mayFail = false) {
  return run(['ip', ...args], {
    timeoutMs: stepTimeoutMs,
    env: { PATH: toolPath },
    mayFail,
    ...(input === undefined ? {} : { input }),
  });
}

async function applyNode({ name, sysctls, batch, ruleset }: NodePlan): Promise<void> {
  await ip(['netns', 'exec', name, 'sysctl', '-qw', ...sysctls]);
  await ip(['-netns', name, '-batch', '-'], `${batch.join('\n')}\n`);
  if (ruleset !== undefined) await ip(['netns', 'exec', name, 'nft', '-f', '-'], ruleset);
}

async function killAll(name: string): Promise<void> {
  const { stdout } = await ip(['netns', 'pids', name], undefined, true);
  for (const pid of stdout.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended since it was listed.
    }
  }
}

async function removeNode(name: string): Promise<void> {
  await killAll(name);
  await ip(['netns', 'delete', name], undefined, true);
}

const linksSchema = z.array(z.object({ ifname: z.string() }));

/** What a power cut and a start leave of a node: its files, and the network it was made with. */
async function rebootNode(plan: NodePlan, description: NodeDescription): Promise<void> {
  const { name } = plan;
  await killAll(name);
  const { stdout } = await ip(['-netns', name, '-json', 'link', 'show']);
  const own = ['lo', ...Object.keys(description.interfaces)];
  for (const { ifname } of linksSchema.parse(JSON.parse(stdout))) {
    // An interface in user space has gone with its program, maybe just now.
    if (!own.includes(ifname))
      await ip(['-netns', name, 'link', 'delete', ifname], undefined, true);
  }
  await ip(['netns', 'exec', name, 'nft', 'flush', 'ruleset']);
  await ip(['netns', 'exec', name, 'sysctl', '-qw', ...forwardingOff, ...plan.sysctls]);
  if (plan.ruleset !== undefined) {
    await ip(['netns', 'exec', name, 'nft', '-f', '-'], plan.ruleset);
  }
}

function makeNodes(network: Network, scratch: string): Map<string, LabNode> {
  const nodes = new Map<string, LabNode>();
  for (const name of Object.keys(network.nodes)) {
    nodes.set(name, new LabNode(name, scratch, join(scratch, '.nodes', name)));
  }
  return nodes;
}

/** Makes a network, one at a time. Throws outside of a lab, and cleans up after a failure. */
export async function createTopology(network: Network = usualNetwork()): Promise<Lab> {
  if (!insideLab()) throw new Error('networks are made inside a lab only; see enterLab');
  const plan = compileNetwork(network);
  const scratch = join(labDirectory, 'scratch');
  if (existsSync(scratch)) throw new Error('this lab has a network already; take it down first');
  const nodes = makeNodes(network, scratch);
  const down = async () => {
    await Promise.all([...nodes.values()].map((node) => node.stopAll()));
    await Promise.all(plan.nodes.map(({ name }) => removeNode(name)));
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    await ip(['-batch', '-'], `${plan.links.join('\n')}\n`);
    await Promise.all(plan.nodes.map(applyNode));
  } catch (error) {
    await down();
    throw error;
  }
  return {
    scratch,
    down,
    async reboot(name) {
      const nodePlan = plan.nodes.find((one) => one.name === name);
      const description = network.nodes[name];
      if (!nodePlan || !description) throw new Error(`the network has no node "${name}"`);
      await rebootNode(nodePlan, description);
      nodes.get(name)?.emptyRun();
    },
    node(name) {
      const node = nodes.get(name);
      if (!node) throw new Error(`the network has no node "${name}"`);
      return node;
    },
  };
}

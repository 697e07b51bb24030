// What a lab network looks like, and its compilation to lines for `ip -batch` and nft. Pure.

import { parseInterfaceAddress } from '../src/model/cidr.ts';

export interface PortForward {
  protocol: 'udp' | 'tcp';
  ports: readonly number[];
  /** The IPv4 address inside that gets the packets. */
  to: string;
}

export interface NodeDescription {
  /** Interface name → the segment it is plugged into and its addresses with prefix lengths. */
  interfaces: Readonly<Record<string, { segment: string; addresses: readonly string[] }>>;
  /** Destination prefix → next hop. */
  routes?: Readonly<Record<string, string>>;
  forwarding?: boolean;
  /** Makes it a NAT router that lets nothing new in from outside but what it forwards. */
  nat?: { outside: string; forwards: readonly PortForward[] };
}

/** A segment exists when at least two interfaces name it. */
export interface Network {
  nodes: Readonly<Record<string, NodeDescription>>;
}

export interface NodePlan {
  name: string;
  /** `key=value` for sysctl. */
  sysctls: string[];
  /** Lines for `ip -batch` inside the node. */
  batch: string[];
  /** For `nft -f` inside the node. */
  ruleset: string | undefined;
}

export interface NetworkPlan {
  /** Lines for `ip -batch` that make the nodes and plug them together. */
  links: string[];
  nodes: NodePlan[];
}

/** The hidden node that holds one bridge per segment. */
export const switchesName = 'switches';

// The kernel's limit for interface names.
const interfaceNameMost = 15;

interface Plug {
  node: string;
  interfaceName: string;
  segment: string;
  port: string;
}

function plugsOf({ nodes }: Network): Plug[] {
  const plugs = Object.entries(nodes).flatMap(([node, { interfaces }]) =>
    Object.entries(interfaces).map(([interfaceName, { segment }]) => ({
      node,
      interfaceName,
      segment,
    })),
  );
  return plugs.map((plug, index) => ({ ...plug, port: `port${index}` }));
}

function checkNode(name: string, node: NodeDescription): void {
  for (const [interfaceName, { segment, addresses }] of Object.entries(node.interfaces)) {
    for (const word of [interfaceName, segment]) {
      if (!/^[a-z][a-z0-9-]*$/.test(word) || word.length > interfaceNameMost) {
        throw new Error(`"${word}" of ${name} is no interface name (15 of a-z, 0-9 and -)`);
      }
    }
    for (const address of addresses) {
      if (!parseInterfaceAddress(address)) {
        throw new Error(`"${address}" of ${name} ${interfaceName} is no address with a length`);
      }
    }
  }
  if (node.nat && !(node.nat.outside in node.interfaces)) {
    throw new Error(`${name} has no interface "${node.nat.outside}" to be its outside`);
  }
}

function check(network: Network, plugs: readonly Plug[]): void {
  for (const [name, node] of Object.entries(network.nodes)) {
    if (name === switchesName) throw new Error(`a node may not be called "${switchesName}"`);
    checkNode(name, node);
  }
  for (const { segment } of plugs) {
    if (plugs.filter((plug) => plug.segment === segment).length < 2) {
      throw new Error(`only one interface is plugged into segment "${segment}"`);
    }
  }
}

function natRuleset({ outside, forwards }: NonNullable<NodeDescription['nat']>): string {
  const arriving = forwards.map(
    ({ protocol, ports, to }) =>
      `    iifname "${outside}" ${protocol} dport { ${ports.join(', ')} } dnat ip to ${to}`,
  );
  return [
    'table inet nat {',
    '  chain through {',
    '    type filter hook forward priority filter; policy drop;',
    '    ct state established,related accept',
    '    ct status dnat accept',
    `    iifname != "${outside}" accept`,
    '  }',
    '  chain arriving {',
    '    type nat hook prerouting priority dstnat;',
    ...arriving,
    '  }',
    '  chain leaving {',
    '    type nat hook postrouting priority srcnat;',
    `    oifname "${outside}" meta nfproto ipv4 masquerade`,
    '  }',
    '}',
    '',
  ].join('\n');
}

function nodePlan([name, node]: [string, NodeDescription]): NodePlan {
  const interfaces = Object.entries(node.interfaces);
  const forwarding = node.forwarding || node.nat !== undefined;
  return {
    name,
    sysctls: [
      // Duplicate address detection would keep IPv6 silent for one to two seconds.
      ...['all', ...interfaces.map(([dev]) => dev)].map((d) => `net.ipv6.conf.${d}.accept_dad=0`),
      ...(forwarding ? ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'] : []),
    ],
    batch: [
      'link set dev lo up',
      ...interfaces.flatMap(([dev, { addresses }]) => [
        ...addresses.map((address) => `addr add ${address} dev ${dev}`),
        `link set dev ${dev} up`,
      ]),
      ...Object.entries(node.routes ?? {}).map(([to, via]) => `route add ${to} via ${via}`),
    ],
    ruleset: node.nat && natRuleset(node.nat),
  };
}

function switchesPlan(segments: readonly string[], plugs: readonly Plug[]): NodePlan {
  return {
    name: switchesName,
    sysctls: ['net.ipv6.conf.all.disable_ipv6=1'],
    batch: [
      ...segments.map((segment) => `link set dev ${segment} up`),
      ...plugs.map(({ port, segment }) => `link set dev ${port} master ${segment} up`),
    ],
    ruleset: undefined,
  };
}

/** What to do to make a network. Throws on a description that cannot be one. */
export function compileNetwork(network: Network): NetworkPlan {
  const plugs = plugsOf(network);
  check(network, plugs);
  const segments = [...new Set(plugs.map(({ segment }) => segment))];
  return {
    links: [
      ...[switchesName, ...Object.keys(network.nodes)].map((name) => `netns add ${name}`),
      ...segments.map((segment) => `link add name ${segment} netns ${switchesName} type bridge`),
      ...plugs.map(
        ({ node, interfaceName, port }) =>
          `link add name ${interfaceName} netns ${node} type veth` +
          ` peer name ${port} netns ${switchesName}`,
      ),
    ],
    nodes: [switchesPlan(segments, plugs), ...Object.entries(network.nodes).map(nodePlan)],
  };
}

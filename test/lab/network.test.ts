// Networks compile to exact lines, and what cannot be a network is refused by name.

import { describe, expect, it } from 'vitest';
import { compileNetwork, type Network } from '../../lab/network.ts';
import { usualNetwork } from '../../lab/topology.ts';

const small: Network = {
  nodes: {
    router: {
      interfaces: {
        wan: { segment: 'street', addresses: ['192.0.2.1/24'] },
        lan: { segment: 'house', addresses: ['10.0.0.1/24', '2001:db8::1/64'] },
      },
      routes: { '0.0.0.0/0': '192.0.2.254' },
      nat: {
        outside: 'wan',
        forwards: [{ protocol: 'udp', ports: [500, 4500], to: '10.0.0.2' }],
      },
    },
    host: { interfaces: { eth0: { segment: 'house', addresses: ['10.0.0.2/24'] } } },
    neighbour: { interfaces: { eth0: { segment: 'street', addresses: [] } }, forwarding: true },
  },
};

describe('a small network', () => {
  const plan = compileNetwork(small);
  const node = (name: string) => plan.nodes.find((entry) => entry.name === name);

  it('becomes namespaces, one bridge a segment and one cable an interface', () => {
    expect(plan.links).toEqual([
      'netns add switches',
      'netns add router',
      'netns add host',
      'netns add neighbour',
      'link add name street netns switches type bridge',
      'link add name house netns switches type bridge',
      'link add name wan netns router type veth peer name port0 netns switches',
      'link add name lan netns router type veth peer name port1 netns switches',
      'link add name eth0 netns host type veth peer name port2 netns switches',
      'link add name eth0 netns neighbour type veth peer name port3 netns switches',
    ]);
  });

  it('plugs every cable into its segment', () => {
    expect(node('switches')?.batch).toEqual([
      'link set dev street up',
      'link set dev house up',
      'link set dev port0 master street up',
      'link set dev port1 master house up',
      'link set dev port2 master house up',
      'link set dev port3 master street up',
    ]);
  });

  it('gives addresses before routes', () => {
    expect(node('router')?.batch).toEqual([
      'link set dev lo up',
      'addr add 192.0.2.1/24 dev wan',
      'link set dev wan up',
      'addr add 10.0.0.1/24 dev lan',
      'addr add 2001:db8::1/64 dev lan',
      'link set dev lan up',
      'route add 0.0.0.0/0 via 192.0.2.254',
    ]);
  });

  it('forwards packets in NATs and routers and nowhere else', () => {
    const forwards = (name: string) => node(name)?.sysctls.includes('net.ipv4.ip_forward=1');
    expect([forwards('router'), forwards('neighbour'), forwards('host')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('writes the NAT so that only forwarded ports get in', () => {
    expect(node('host')?.ruleset).toBeUndefined();
    expect(node('router')?.ruleset).toBe(`table inet nat {
  chain through {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct status dnat accept
    iifname != "wan" accept
  }
  chain arriving {
    type nat hook prerouting priority dstnat;
    iifname "wan" udp dport { 500, 4500 } dnat ip to 10.0.0.2
  }
  chain leaving {
    type nat hook postrouting priority srcnat;
    oifname "wan" meta nfproto ipv4 masquerade
  }
}
`);
  });
});

describe('a description that cannot be a network', () => {
  const host = small.nodes.host ?? { interfaces: {} };
  const withHost = (change: Partial<typeof host>): Network => ({
    nodes: { ...small.nodes, host: { ...host, ...change } },
  });
  const eth0 = (segment: string, address = '10.0.0.2/24') => ({
    interfaces: { eth0: { segment, addresses: [address] } },
  });

  it.each([
    ['a segment of one', withHost(eth0('hous')), /only one interface.*"house"/],
    ['a name too long', withHost(eth0('a-very-long-segment')), /"a-very-long-segment" of host/],
    [
      'an address without length',
      withHost(eth0('house', '10.0.0.2')),
      /"10\.0\.0\.2" of host eth0/,
    ],
    [
      'an outside that is not there',
      withHost({ nat: { outside: 'wan', forwards: [] } }),
      /host has no interface "wan"/,
    ],
    ['a node of a reserved name', { nodes: { switches: host } }, /may not be called/],
  ])('is refused: %s', (_, network, expected) => {
    expect(() => compileNetwork(network)).toThrow(expected);
  });
});

describe('the usual network', () => {
  const names = (doubleNat: boolean) =>
    compileNetwork(usualNetwork({ doubleNat })).nodes.map(({ name }) => name);

  it("has one NAT more in front of the gateway when there is a provider's", () => {
    expect(names(true).filter((name) => !names(false).includes(name))).toEqual(['provider-nat']);
  });
});

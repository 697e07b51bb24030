// Connections to gateways as the API hands them out, for the tests of what is rendered from them.

import type { WireguardConnection } from '../../../src/model/wireguard.ts';

export const privateKey = 'wC7QcLV1haaLs3IFI4yUMMU5Yb5ON3y3vjBwj3kLzE8=';

export const dualStack: WireguardConnection = {
  gatewayId: 'gw_4k2m9q0c7x1v5t8b',
  gatewayName: 'Berlin',
  endpoint: { host: 'berlin.vpn.example.test', port: 51820 },
  gatewayPublicKey: 'cdzplHmNGNezlz14P/BVqKsELvXqGsBglMMEumKAAmk=',
  addresses: ['10.64.0.2/32', 'fd5a:1b2c:3d4e::2/128'],
  routes: ['0.0.0.0/0', '::/0'],
  dns: ['10.64.0.1', 'fd5a:1b2c:3d4e::1'],
  mtu: 1420,
};

export const splitTunnel: WireguardConnection = {
  ...dualStack,
  endpoint: { host: '203.0.113.7', port: 443 },
  routes: ['10.0.0.0/8', '192.168.7.0/24', 'fd00::/8'],
  dns: [],
  mtu: 1280,
};

export const ipv6Endpoint: WireguardConnection = {
  ...dualStack,
  endpoint: { host: '2001:db8::7', port: 51820 },
  addresses: ['fd5a:1b2c:3d4e::2/128'],
  routes: ['::/0'],
};

export const named = {
  'dual-stack': dualStack,
  'split-tunnel': splitTunnel,
  'ipv6-endpoint': ipv6Endpoint,
};

// The things that examples show. They belong together: one tenant, its owner, gateway and device.

export const ids = {
  tenant: 't_3f8k2m9q0c7x1v5t',
  user: 'u_7m3k9q0c7x1v5t8b',
  gateway: 'gw_4k2m9q0c7x1v5t8b',
  device: 'd_9q0c7x1v5t8b7m3k',
  link: 'l_1v5t8b7m3k9q0c7x',
  apiKey: 'k_5t8b7m3k9q0c7x1v',
  group: 'g_8b7m3k9q0c7x1v5t',
  mail: 'm_7m3k9q0c7x1v5t8b',
  webhook: 'wh_0c7x1v5t8b7m3k9q',
  authority: 'ca_2m9q0c7x1v5t8b7m',
} as const;

export const createdAt = '2026-11-20T09:30:00.000Z';
export const later = '2026-11-27T09:30:00.000Z';

/** Public keys of nobody: no private key of them was kept. */
export const publicKeys = {
  device: 'Q1w3hF9k0nZ2xT7bV5mJ8rL4cY6dS1aE0gU9iO3pKXs=',
  gateway: 'p7Xk2Vb9Qw4Lr8Tz1Nc6Hj3Md5Fg0Sy7Ua2Ie4OoBk8=',
  identity: 'n3Jd8Qw1Zx6Vb0Lk5Hg9Tr4Yp7Mc2Sf8Ua1Ie6OoDhI',
} as const;

export const tenant = {
  id: ids.tenant,
  slug: 'acme',
  name: 'Acme',
  ula: 'fd5a:1b2c:3d4e::/48',
  status: 'active',
  deleteAt: null,
  policy: {
    secondFactor: 'optional',
    linkRedemption: 'link',
    signIn: 'any',
    withoutRevocations: 'refuse',
    ikev2Passwords: 'off',
    portalWebClip: 'off',
  },
  revision: 1,
  head: 12,
  createdAt,
};

export const user = {
  id: ids.user,
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  role: 'owner',
  status: 'active',
  hasAccount: false,
  revision: 1,
  createdAt,
};

export const gateway = {
  id: ids.gateway,
  name: 'Berlin',
  endpoint: { host: 'vpn.example.com', port: 51820 },
  listenPort: 51820,
  pools: { v4: '10.64.0.0/18', v6: 'fd5a:1b2c:3d4e::/64' },
  routes: ['0.0.0.0/0', '::/0'],
  dns: ['9.9.9.9'],
  mtu: 1420,
  isolateClients: true,
  status: 'enrolled',
  wireguardPublicKey: publicKeys.gateway,
  peerCount: 1,
  ikev2: {
    pools: { v4: '10.64.64.0/18', v6: 'fd5a:1b2c:3d4e:1::/64' },
    deviceCount: 1,
    certificateExpiresAt: '2027-12-21T09:30:00.000Z',
  },
  revision: 12,
  observed: {
    revision: 12,
    sections: { wireguard: { status: 'applied' }, firewall: { status: 'applied' } },
    peerDigest: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    peerCount: 1,
    versions: { agent: '0.1.0', kernel: '6.12.48' },
    reportedAt: later,
  },
  applied: 'applied',
  createdAt,
};

export const device = {
  id: ids.device,
  userId: ids.user,
  name: "Ada's phone",
  platform: 'ios',
  status: 'active',
  publicKey: publicKeys.device,
  ikev2: null,
  expiresAt: null,
  onDemand: { mode: 'off', excludedSsids: [], probe: true },
  gatewayIds: [ids.gateway],
  revision: 12,
  createdAt,
};

/** Without a credential yet, or without one again. */
export const pendingDevice = { ...device, status: 'pending', publicKey: null };

export const authority = {
  id: ids.authority,
  generation: 1,
  status: 'active',
  certificate: '-----BEGIN CERTIFICATE-----\nMIIB4zCCAYigAwIBAgIQ…',
  fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  domain: 'example.com',
  deviceCertificates: 1,
  dependentDevices: 1,
  gateways: 1,
  revision: 11,
  createdAt,
  expiresAt: '2036-11-21T09:30:00.000Z',
};

export const connection = {
  gatewayId: ids.gateway,
  gatewayName: gateway.name,
  endpoint: gateway.endpoint,
  gatewayPublicKey: publicKeys.gateway,
  addresses: ['10.64.0.2/32', 'fd5a:1b2c:3d4e::2/128'],
  routes: gateway.routes,
  dns: gateway.dns,
  mtu: gateway.mtu,
};

export const link = {
  id: ids.link,
  kind: 'once',
  deviceId: ids.device,
  userId: null,
  status: 'open',
  mail: { to: user.email, status: 'sent', error: null, sentAt: createdAt },
  openedAt: null,
  usedAt: null,
  expiresAt: later,
  createdAt,
};

/** The one page of a list that holds this and nothing more. */
export function listOf(item: object): object {
  return { items: [item], next: null };
}

// The commands of IKEv2, for commands.test.ts.

import type { z } from 'zod';
import { authoritySchema } from '../../src/model/authority.ts';
import * as canned from './answers.ts';
import { page } from './audit-cases.ts';
import type { Case } from './world.ts';

const tenant = `/v1/tenants/${canned.tenantId}`;
const time = '2026-11-22T12:18:03.123Z';

const authority = authoritySchema.parse({
  id: 'ca_7m3k9q0c7x1v5t8b',
  generation: 2,
  status: 'active',
  certificate: '-----BEGIN CERTIFICATE-----\n',
  fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  domain: 'example.test',
  dependentDevices: 12,
  deviceCertificates: 9,
  gateways: 1,
  revision: 12,
  createdAt: time,
  expiresAt: '2036-11-22T12:18:03.123Z',
} satisfies z.input<typeof authoritySchema>);

const ikev2 = {
  pools: { v4: '10.64.64.0/18', v6: 'fd5a:1b2c:3d4e:1::/64' },
  deviceCount: 7,
  certificateExpiresAt: time,
};
const observed = {
  ...canned.gateway.observed,
  ikev2: {
    ...{ sessions: 3, digest: '0'.repeat(32) },
    ...{ revocationsUntil: Date.parse(time), certificateUntil: Date.parse(time) },
  },
};
const identity = '7m3k9q0c7x1v5t8b.0123abcd@0123456789abcdef.sallyport.internal';

export const ikev2Cases: Case[] = [
  {
    words: ['authority', 'list'],
    asks: `GET ${tenant}/authorities`,
    answers: { body: page(authority) },
    shows: ['ca_7m3k9q0c7x1v5t8b  example.test  active  12'],
  },
  {
    words: ['authority', 'rotate', authority.id],
    asks: `POST ${tenant}/authorities/${authority.id}/rotate`,
    answers: { status: 201, body: authority },
    shows: ['vouches for  example.test\n', 'until you retire it'],
  },
  {
    words: ['authority', 'retire', authority.id, '--yes'],
    asks: `POST ${tenant}/authorities/${authority.id}/retire`,
    answers: { body: { ...authority, status: 'retired' } },
    shows: ['status       retired'],
  },
  {
    words: ['gateway', 'create', '--name', 'Berlin', '--endpoint', 'vpn.test', '--ikev2'],
    asks: `POST ${tenant}/gateways`,
    sends: {
      name: 'Berlin',
      endpoint: { host: 'vpn.test' },
      pools: {},
      isolateClients: true,
      ikev2: true,
    },
    answers: {
      status: 201,
      body: { ...canned.createdGateway, gateway: { ...canned.createdGateway.gateway, ikev2 } },
    },
    shows: [
      '10.64.64.0/18',
      'ikev2 devices  7\n',
      'until 2026-11-22 12:18Z',
      'apt-get install openssl charon-systemd',
    ],
  },
  {
    words: ['gateway', 'get', canned.gatewayId],
    asks: `GET ${tenant}/gateways/${canned.gatewayId}`,
    answers: { body: { ...canned.gateway, ikev2, observed } },
    shows: ['ikev2 devices  7, 3 connected\n', 'revocations    listed until 2026-11-22 12:18Z\n'],
  },
  {
    words: ['gateway', 'update', canned.gatewayId, '--no-ikev2'],
    asks: `PATCH ${tenant}/gateways/${canned.gatewayId}`,
    sends: { ikev2: false },
    answers: { body: { ...canned.gateway, staleInProfiles: [] } },
    shows: [canned.gatewayId, 'IKEv2 are cut off;'],
  },
  {
    words: ['device', 'get', canned.deviceId],
    asks: `GET ${tenant}/devices/${canned.deviceId}`,
    answers: { body: { ...canned.deviceDetail, ikev2: { identity, expiresAt: time } } },
    shows: [
      '7m3k9q0c7x1v5t8b.0123abcd\n',
      '@0123456789abcdef.sallyport.internal\n',
      'until 2026-11-22 12:18Z',
    ],
  },
];

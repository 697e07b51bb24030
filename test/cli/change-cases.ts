// What the commands that change gateways and devices ask and show, for commands.test.ts.

import { expect } from 'vitest';
import * as canned from './answers.ts';
import type { Case } from './world.ts';

const { deviceId, gatewayId, tenantId } = canned;
const tenant = `/v1/tenants/${tenantId}`;

export const changeCases: Case[] = [
  {
    words: ['gateway', 'update', gatewayId, '--name', 'B', '--endpoint', 'b.test', '--no-dns'],
    asks: `PATCH ${tenant}/gateways/${gatewayId}`,
    sends: { name: 'B', endpoint: { host: 'b.test' }, dns: [] },
    answers: { body: { ...canned.gateway, staleInProfiles: ['endpoint', 'dns'] } },
    shows: [gatewayId, 'still have the old endpoint, dns'],
  },
  {
    words: [
      ...['gateway', 'update', gatewayId, '--route', '10.0.0.0/8', '--dns', '10.1.0.1'],
      ...['--mtu', '1380', '--isolate-clients'],
    ],
    asks: `PATCH ${tenant}/gateways/${gatewayId}`,
    sends: { routes: ['10.0.0.0/8'], dns: ['10.1.0.1'], mtu: 1380, isolateClients: true },
    answers: { body: { ...canned.gateway, staleInProfiles: [] } },
    shows: ['kept apart'],
  },
  {
    words: ['gateway', 'renew-token', gatewayId, '--yes'],
    asks: `POST ${tenant}/gateways/${gatewayId}/renew-token`,
    answers: { status: 201, body: canned.createdGateway },
    shows: ['sallyport-agent enroll https://vpn.example.test enrol-me\n', 'needs a new profile'],
  },
  {
    words: ['device', 'receipts', deviceId, '--verify'],
    asks: `GET ${tenant}/devices/${deviceId}/receipts`,
    answers: { body: canned.deviceReceipts },
    shows: [
      `cut by      Berlin (${gatewayId})`,
      'cut at      2026-11-22T12:18:03.123Z\nlast seen   never',
      'signature   good',
      'state       cut, as it reports, but not signed',
    ],
  },
  {
    words: [
      'device',
      'update',
      deviceId,
      '--name',
      'x',
      '--gateway',
      gatewayId,
      '--no-except',
      '--no-expires',
    ],
    asks: `PATCH ${tenant}/devices/${deviceId}`,
    sends: {
      ...{ name: 'x', gatewayIds: [gatewayId], onDemand: { excludedSsids: [] } },
      expiresAt: null,
    },
    answers: { body: canned.device },
    shows: ['on demand   wifi\n            not in "Home"\n', 'ends        2026-12-24 12:00Z\n'],
  },
  {
    words: [
      ...['device', 'update', deviceId, '--platform', 'ios', '--on-demand', 'wifi'],
      ...['--except', 'Home', '--except', 'Café 2', '--no-probe', '--expires', '30d'],
    ],
    asks: `PATCH ${tenant}/devices/${deviceId}`,
    sends: {
      platform: 'ios',
      onDemand: { mode: 'wifi', excludedSsids: ['Home', 'Café 2'], probe: false },
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    },
    answers: { body: canned.device },
    shows: [deviceId],
  },
];

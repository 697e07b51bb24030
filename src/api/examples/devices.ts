// Examples of devices and of the links that give out their profiles.

import type { Examples } from './example.ts';
import {
  connection,
  createdAt,
  device,
  ids,
  later,
  link,
  listOf,
  pendingDevice,
  publicKeys,
} from './things.ts';

const { userId, name, platform } = device;
const token = 'bF8xdjV0OGI3bTNrOXEwYzd4.the-secret-of-the-link';

export const deviceExamples: Examples = {
  'device.create': { body: { userId, name, platform }, reply: pendingDevice },
  'device.list': { reply: listOf(device) },
  'device.get': {
    reply: {
      ...device,
      connections: [connection],
      traffic: [
        { gatewayId: ids.gateway, latestHandshake: later, receivedBytes: 48_213, sentBytes: 9_120 },
      ],
    },
  },
  'device.update': {
    body: { onDemand: { mode: 'wifi', excludedSsids: ['Home'] } },
    reply: {
      ...device,
      onDemand: { mode: 'wifi', excludedSsids: ['Home'], probe: true },
      revision: 13,
    },
  },
  'device.revoke': { reply: { ...pendingDevice, status: 'revoked' } },
  'device.reissue': { body: { publicKey: publicKeys.device }, reply: device },
  'link.create': {
    body: { deviceId: ids.device, expiresInSeconds: 3600, send: true },
    reply: { link, url: `https://vpn.example.com/l/${token}` },
  },
  'link.list': { reply: listOf(link) },
  'link.resend': { reply: { link, url: `https://vpn.example.com/l/${token}` } },
  'link.revoke': { reply: { ...link, status: 'revoked' } },
  'link.redeem': {
    body: { token, publicKey: publicKeys.device },
    reply: { device: { ...device, createdAt }, connections: [connection], profiles: [] },
  },
};

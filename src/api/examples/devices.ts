// Examples of devices and of the links that give out their profiles.

import { toBase64Url, toUtf8 } from '../../model/encoding.ts';
import { revocationReceiptType } from '../../model/ikev2.ts';
import type { Examples } from './example.ts';
import {
  connection,
  createdAt,
  device,
  gateway,
  ids,
  later,
  link,
  listOf,
  pendingDevice,
  publicKeys,
  tenant,
} from './things.ts';

const { userId, name, platform } = device;
const token = 'bF8xdjV0OGI3bTNrOXEwYzd4.the-secret-of-the-link';

const receipt = {
  gatewayId: ids.gateway,
  deviceId: ids.device,
  protocol: 'wireguard',
  credential: publicKeys.device,
  revision: 12,
  appliedAt: 1_795_771_800_000,
  lastSeenAt: 1_795_771_796_000,
};
/** It verifies. The private key was thrown away. */
const signer = {
  head: { alg: 'EdDSA', kid: `${tenant.id}.${ids.gateway}`, typ: revocationReceiptType },
  publicKey: 'G-qOII-fgvZpaT-983lltz7msya10AFY41ovEjNpUMo',
  signature:
    'W7UCggGfVubHR-D_MnwCVLMaoTTxx0iMhgVyCQH7zOwH70OLZil-7R24HFqm_gMvJ5uMpuGbT0puUnNN1EhxCA',
};
const signed = [signer.head, receipt].map((part) => toBase64Url(toUtf8(JSON.stringify(part))));

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
  'device.receipts': {
    reply: {
      receipts: [
        {
          gatewayName: gateway.name,
          receipt,
          jws: [...signed, signer.signature].join('.'),
          key: { kty: 'OKP', crv: 'Ed25519', x: signer.publicKey },
          receivedAt: later,
        },
      ],
      pending: [
        {
          gatewayId: ids.gateway,
          gatewayName: gateway.name,
          protocol: 'wireguard',
          credential: publicKeys.device,
          revision: 15,
          reached: false,
        },
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
    reply: {
      tenant: { id: ids.tenant, name: tenant.name, portalUrl: null },
      device: { ...device, createdAt },
      connections: [connection],
      ikev2: null,
      profiles: [],
      password: null,
      values: [],
    },
  },
};
